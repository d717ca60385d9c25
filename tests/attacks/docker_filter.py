"""A filter of system calls such as Docker has for containers with default privileges, as far as sandboxes notice it."""

from __future__ import annotations

import errno

REFUSED = (
    *("unshare", "setns", "mount", "umount2", "pivot_root", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount"),
    *("fspick", "mount_setattr", "bpf", "perf_event_open", "add_key", "request_key", "keyctl", "userfaultfd"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "open_by_handle_at", "fanotify_init", "quotactl"),
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff"),
    *("acct", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname", "syslog"),
    *("iopl", "ioperm", "vhangup", "lookup_dcookie", "nfsservctl", "uselib", "ustat", "sysfs", "move_pages", "mbind"),
    *("set_mempolicy", "get_mempolicy", "memfd_secret"),
)
NEW_NAMESPACES = 0x7E020000
AF_VSOCK, AF_ALG = 40, 38


def load_filter() -> None:
    """Put this process, and all that it starts, behind the filter. It takes root's rights, and leaves them."""
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    rules.set_attr(pyseccomp.Attr.CTL_NNP, 0)  # a container may run set-user-id programs
    for name in REFUSED:
        if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
            rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    for bit in range(32):
        if NEW_NAMESPACES >> bit & 1:
            flag = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, 1 << bit, 1 << bit)
            rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", flag)
    for family in (AF_VSOCK, AF_ALG):
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    rules.load()
