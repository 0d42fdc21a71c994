"""The walls that the kernel puts round the process that calls: files, network, limits.

Each is asked for by itself and says whether it stands, because a kernel or a container may
lack one; the others hold all the same. Landlock: kernel 5.13 and later, the network part from
6.7 (ABI 4), signals to others from 6.12 (ABI 6).
"""

import ctypes
import os
import resource
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # landlock_*; the same numbers on every machine
_NO_NEW_PRIVS, _DEATH_SIGNAL = 38, 1
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_FILE_READ, _DIR_READ, _EXECUTE = 1 << 2, 1 << 3, 1 << 0
_ALL_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_WRITE = (1 << 1) | (1 << 5) | (1 << 4) | (1 << 7) | (1 << 8) | (1 << 14)
_FILE_ONLY = _FILE_READ | _EXECUTE | (1 << 1) | (1 << 14) | (1 << 15)
_SIGNAL_AND_SOCKET = 3
# Shared libraries and time zones, some of which are loaded when first needed.
_SHARED = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")
# How many processors and how much memory there are: DuckDB aborts when it cannot look.
_MACHINE = (
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/proc/stat",
    "/proc/meminfo",
    "/proc/self/cgroup",
)
_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def landlock_abi() -> int:
    """The version of Landlock that the kernel speaks; 0 where it has none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(int(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))), 0)


def only_these_files(reads: Iterable[str], folder: str) -> str:
    """Let this process open ``reads`` to read and work in ``folder``, and nothing else.

    Returns what stands: ``landlock N``, or ``none``. The interpreter's own files stay readable,
    since some of it is imported when it is first needed.
    """
    abi = landlock_abi()
    if not abi:
        return "none"
    handled = _ALL_BY_ABI[max(a for a in _ALL_BY_ABI if a <= abi)]
    made = _Ruleset(
        fs=handled, net=3 if abi >= 4 else 0, scoped=_SIGNAL_AND_SOCKET if abi >= 6 else 0
    )
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    rules = int(_libc.syscall(_CREATE, ctypes.byref(made), ctypes.c_size_t(size), 0))
    if rules < 0:
        return "none"
    for path in _own_files():
        _allow(rules, path, handled & (_FILE_READ | _DIR_READ | _EXECUTE))
    for path in reads:
        _allow(rules, path, _FILE_READ)
    _allow(rules, folder, handled & (_FILE_READ | _DIR_READ | _WRITE))
    _libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    stands = _libc.syscall(_RESTRICT, rules, 0) == 0
    os.close(rules)
    return f"landlock {abi}" if stands else "none"


def _own_files() -> Iterable[str]:
    places = (sys.prefix, sys.base_prefix, *_SHARED, *_MACHINE)
    return [place for place in dict.fromkeys(places) if Path(place).exists()]


def _allow(rules: int, path: str, allowed: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a file that is gone cannot be read anyway; DuckDB will say so
    try:
        is_file = not Path(path).is_dir()
        rule = _PathRule(allowed=allowed & _FILE_ONLY if is_file else allowed, parent=opened)
        _libc.syscall(_ADD, rules, 1, ctypes.byref(rule), 0)
    finally:
        os.close(opened)


def no_network() -> str:
    """Leave the network: a name space of its own, which has no connection to anywhere."""
    if not sys.platform.startswith("linux"):
        return "none"
    for flags in (_NEW_NET, _NEW_USER | _NEW_NET):
        if _libc.unshare(flags) == 0:
            return "own"
    return "landlock" if landlock_abi() >= 4 else "none"


def die_with_parent() -> None:
    """Let the kernel kill this process when the one that made it is gone."""
    if sys.platform.startswith("linux"):
        _libc.prctl(_DEATH_SIGNAL, 9, 0, 0, 0)


def limits(*, memory: int, seconds: float, threads: int, file_bytes: int, files: int) -> str:
    """Bound memory, processor time, the size of a file and the number of open ones."""
    room = _address_space() + memory + memory // 2 + (512 << 20)
    _limit(resource.RLIMIT_AS, room)
    _limit(resource.RLIMIT_CPU, int(seconds * threads) + 2)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _limit(resource.RLIMIT_NOFILE, files)
    _limit(resource.RLIMIT_CORE, 0)
    return "set"


def _limit(what: int, value: int) -> None:
    _soft, hard = resource.getrlimit(what)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (bound, bound))


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 1 << 30
    return pages * os.sysconf("SC_PAGE_SIZE")
