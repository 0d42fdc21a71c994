"""Readers of sources: one module per kind, each told apart by the connection's URL scheme."""

from citybrain.adapters.readers import files, mysql, postgresql, sqlite
from citybrain.lake.sources import Readers

READERS: Readers = {
    "sqlite": sqlite.SqliteReader(),
    "postgresql": postgresql.PostgresqlReader(),
    "mysql": mysql.MysqlReader(),
    "files": files.FilesReader(),
}
