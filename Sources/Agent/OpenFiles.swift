#if canImport(Glibc)
    import Glibc
#endif

/// How many files and connections the process may have open.
package enum OpenFiles {
    /// Raises the limit to what the system allows the process, at most `wanted`: hundreds of databases and receivers
    /// need more than the usual 1,024. What can't be raised stays.
    package static func raiseLimit(to wanted: UInt = 65_536) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let target = min(rlim_t(wanted), limit.rlim_max)
        guard limit.rlim_cur < target else { return }
        limit.rlim_cur = target
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
