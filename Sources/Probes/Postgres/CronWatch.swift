/// How late the jobs of pg_cron are, from what is seen of them in each round. A pure value: the probe asks the server.
///
/// A job should run at the first time of its schedule after its last run began. pg_cron does not say when a job was made
/// or changed, so one that has not run, or whose schedule changed, counts from when that was first seen. What was seen
/// once is kept, since old runs are often deleted.
struct CronWatch: Sendable {
    /// A row of `cron.job`.
    struct Job: Hashable, Sendable {
        var id: Int64
        var schedule: String
        var isActive = true
    }

    /// What `cron.job_run_details` says of a job's runs; all are nil where it says nothing.
    struct Runs: Hashable, Sendable {
        var lastID: Int64?
        /// Seconds since 1970 on the calendar of pg_cron's zone. A run that could not connect has none.
        var lastStart: Int64?
    }

    private struct Memory: Sendable {
        var job: Job
        var lastID: Int64?
        /// The run that comes after this time is the next.
        var since: Int64
    }

    private var memories: [Int64: Memory] = [:]

    /// Takes over what is seen of a job.
    ///
    /// - Parameter now: on the calendar of pg_cron's zone, like the runs.
    /// - Returns: for how many seconds a run has been due; 0 where none is, nil where the schedule can't be read.
    mutating func late(_ job: Job, _ runs: Runs, now: Int64) -> Int64? {
        var memory = memories[job.id] ?? Memory(job: job, lastID: runs.lastID, since: runs.lastStart ?? now)
        if memory.job.schedule != job.schedule || (job.isActive && !memory.job.isActive) { memory.since = now }
        if let lastID = runs.lastID, memory.lastID.map({ $0 < lastID }) ?? true {
            // It was tried, though it may say no time.
            memory.since = max(memory.since, runs.lastStart ?? now)
            memory.lastID = lastID
        }
        memory.since = max(memory.since, runs.lastStart ?? memory.since)
        memory.job = job
        memories[job.id] = memory
        guard let schedule = CronSchedule(job.schedule) else { return nil }
        guard job.isActive, let next = schedule.next(after: memory.since) else { return 0 }
        return max(0, now - next)
    }

    /// Forgets jobs that are gone.
    mutating func keep(_ ids: Set<Int64>) {
        memories = memories.filter { ids.contains($0.key) }
    }
}
