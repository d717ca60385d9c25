"""A machine on which student code can't be sealed in: a filter of system calls refuses namespaces and Landlock alike.

python tests/unsealable.py python -m grader doctor
"""

from __future__ import annotations

import errno
import os
import sys

_REFUSED = ("unshare", "setns", "mount", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self")
_NEW_NAMESPACES = 0x7E020000


def forbid_seals() -> None:
    """Put this process, and all that it starts, behind such a filter."""
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in _REFUSED:
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    for bit in range(32):
        if _NEW_NAMESPACES >> bit & 1:
            flag = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, 1 << bit, 1 << bit)
            rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", flag)
    rules.load()


if __name__ == "__main__":
    forbid_seals()
    os.execvp(sys.argv[1], sys.argv[1:])
