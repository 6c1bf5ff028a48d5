"""A file that is written appears whole or not at all.

The content goes to a temporary file in the same folder and reaches the disk before the file gets
its name, in one atomic step. Whatever happens on the way - a full disk, a missing permission, an
interrupt - an older file stays as it was and nothing is left behind.
"""

import errno
import os
import secrets
import stat
from pathlib import Path

from xorgames.errors import InputError, Problem, reject

_REPLACE = "use --force, or overwrite=True, to replace it"
_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def write_whole(path: str | Path, content: str | bytes, *, overwrite: bool = False) -> None:
    """Write a file so that it appears whole or not at all.

    Parameters
    ----------
    path : str or Path
        In a folder that exists. A symbolic link is followed.
    content : str or bytes
        Text is written as UTF-8, its line ends as they are.
    overwrite : bool
        Whether an existing file may be replaced; it keeps its permissions.

    Raises
    ------
    InputError
        If the file exists and may not be replaced, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "report.md")
    ...     write_whole(path, "first")
    ...     write_whole(path, "second", overwrite=True)
    ...     path.read_text()
    'second'
    """
    try:
        data = content.encode() if isinstance(content, str) else content
        target = Path(os.path.realpath(path))
        mode = _existing_mode(target, overwrite)
        temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            _write(temporary, data, mode)
            if overwrite:
                temporary.replace(target)
            else:
                _give_name(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    except InputError as error:
        raise error.in_file(str(path)) from None
    except (OSError, ValueError) as error:
        raise InputError([_problem(error, Path(path))], file=str(path)) from error


def check_target(path: str | Path, *, overwrite: bool = False) -> None:
    """Refuse, before any work is done, a file that could not be written in the end.

    Raises
    ------
    InputError
        As `write_whole` would in the end.
    """
    try:
        target = Path(os.path.realpath(path))
        _existing_mode(target, overwrite)
        if not target.parent.is_dir():
            raise FileNotFoundError
        if not os.access(target.parent, os.W_OK):
            raise PermissionError
    except InputError as error:
        raise error.in_file(str(path)) from None
    except (OSError, ValueError) as error:
        raise InputError([_problem(error, Path(path))], file=str(path)) from error


def _existing_mode(target: Path, overwrite: bool) -> int | None:
    """Return the permissions of the file to be replaced, None if there is none."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        reject("file", "must be a file", received="a directory", cure="add a file name")
    if not stat.S_ISREG(mode):
        reject("file", "must be a regular file", received="a device or a pipe")
    if not overwrite:
        raise FileExistsError
    return stat.S_IMODE(mode)


def _write(temporary: Path, data: bytes, mode: int | None) -> None:
    with temporary.open("xb") as file:
        if mode is not None:
            temporary.chmod(mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _give_name(temporary: Path, target: Path) -> None:
    """Name the file without ever replacing another that appeared in the meantime."""
    try:
        target.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        # Without hard links an empty file holds the name for the moment of the exchange.
        target.touch(exist_ok=False)
        try:
            temporary.replace(target)
        except BaseException:
            target.unlink()
            raise


def _problem(error: OSError | ValueError, path: Path) -> Problem:
    """Turn the operating system's refusal into a rule and a cure."""
    if isinstance(error, FileExistsError):
        rule, received, cure = "must not exist yet", "an existing file", _REPLACE
    elif isinstance(error, FileNotFoundError | NotADirectoryError):
        rule, received, cure = "must be in a folder that exists", str(path.parent), "make it first"
    elif isinstance(error, PermissionError):
        rule, received = "must be in a folder that can be written to", "permission denied"
        cure = "choose another folder"
    elif isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        rule, received = "must have a name that can be given", f"{len(path.name)} characters"
        cure = "choose a shorter one"
    else:
        rule, received = "must be written whole", getattr(error, "strerror", None) or str(error)
        cure = "make room or choose another folder; nothing was left behind"
    return Problem(key="file", rule=rule, received=received, cure=cure)
