"""A process that reads one query with connectorx and writes it to stdout as an Arrow stream.

On stdin: the URL on the first line, the query on the rest. The exit status is 0 only when the
last row was written. It exists because connectorx may panic, and a panic ends more than a call.
"""

import sys


def main() -> int:
    """Read, write, and say on stderr in one line what went wrong."""
    import connectorx
    import pyarrow as pa

    url, _, query = sys.stdin.read().partition("\n")
    try:
        reader = connectorx.read_sql(
            url, query, return_type="arrow_stream", pre_execution_query="SET time_zone = '+00:00'"
        )
        with pa.ipc.new_stream(sys.stdout.buffer, reader.schema) as stream:
            for batch in reader:
                stream.write_batch(batch)
        sys.stdout.buffer.flush()
    except BaseException as error:  # a panic is not an Exception
        sys.stderr.write(f"\n{str(error).splitlines()[0] if str(error) else type(error).__name__}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
