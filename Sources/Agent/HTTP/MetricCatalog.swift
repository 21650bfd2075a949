/// What a metric is, as Prometheus's `/api/v1/metadata` and the comments on `/metrics` tell it.
package struct MetricDescription: Codable, Hashable, Sendable {
    /// The words of Prometheus's text format.
    package enum Kind: String, Codable, Sendable {
        case counter, gauge
    }

    package let type: Kind
    package let help: String
    package let unit: String
}

/// The metrics that the probes and the agent itself bring.
package enum MetricCatalog {
    /// What a metric is. One that is not listed comes from an endpoint or from a recording rule.
    package static func description(of name: String) -> MetricDescription {
        if let known = all[name] { return MetricDescription(type: known.type, help: known.help, unit: "") }
        return MetricDescription(
            type: name.hasSuffix("_total") ? .counter : .gauge,
            help: name.contains(":") ? "Recorded by a rule." : "Read from a watched endpoint.", unit: "")
    }

    /// The names of all that are listed.
    package static var names: Set<String> { Set(all.keys) }

    private static let all: [String: (type: MetricDescription.Kind, help: String)] =
        [own, probes, postgres, tables, parlant].reduce(into: [:]) { all, part in all.merge(part) { one, _ in one } }

    private static let own: [String: (type: MetricDescription.Kind, help: String)] = [
        "ALERTS": (.gauge, "1 for each alert that is pending or firing."),
        "tocsin_build_info": (.gauge, "The agent's version, in a label."),
        "tocsin_samples_total": (.counter, "Samples that probes brought since the start."),
        "tocsin_series": (.gauge, "Series in the window of samples."),
        "tocsin_window_samples": (.gauge, "Samples in the window."),
        "tocsin_window_sample_bytes": (.gauge, "Bytes that the packed samples of the window take."),
        "tocsin_history_commits_total": (.counter, "Commits to the history since the start."),
        "tocsin_history_failed_commits_total": (.counter, "Commits to the history that failed."),
        "tocsin_history_dropped_records_total": (
            .counter, "Events and ledger rows given up because the history could not be written for too long."
        ),
        "tocsin_log_dropped_total": (
            .counter, "Events and ledger rows that the log lacks because its reader did not keep up."
        ),
        "tocsin_history_backlog_records": (.gauge, "Records in memory that wait for the history to be writable."),
        "tocsin_history_writable": (.gauge, "1 while the history can be written."),
        "tocsin_clock_drift_seconds": (.gauge, "How far the wall clock was set since the start."),
        "tocsin_outbox_messages": (.gauge, "Messages that are not delivered yet."),
        "tocsin_delivery_circuit_open": (.gauge, "1 while a channel does not work and is only tried now and then."),
        "tocsin_delivery_waiting_messages": (.gauge, "Messages that wait to be sent, by receiver and channel."),
        "tocsin_notification_groups": (.gauge, "Groups of alerts that have something to say or have said it."),
        "tocsin_silences": (.gauge, "Silences that hold something back, and those that begin later."),
        "tocsin_loops_stuck": (.gauge, "Loops of the agent that stand still; its log names them."),
        "tocsin_heartbeat_missing": (.gauge, "1 while a heartbeat that is waited for does not come."),
        "tocsin_acknowledgements": (.gauge, "Alerts that fire and are acknowledged."),
        "tocsin_rule_evaluations_total": (.counter, "Evaluations of rules since the start."),
        "tocsin_alerts_received_total": (.counter, "Alerts that others sent, each time that they did."),
        "tocsin_alerts_received_invalid_total": (.counter, "Alerts that others sent and that could not be taken."),
        "tocsin_diagnoses_total": (.counter, "Diagnoses run for alerts' evidence."),
        "tocsin_diagnoses_failed_total": (.counter, "Diagnoses for alerts' evidence that failed or were not run."),
        "tocsin_rules_failing": (.gauge, "Rules whose last evaluation failed."),
        "tocsin_notifications_delivered_total": (.counter, "Messages delivered, by receiver."),
        "tocsin_notifications_retried_total": (.counter, "Attempts that failed and are tried again, by receiver."),
        "tocsin_notifications_rejected_total": (.counter, "Messages that a receiver refused for good."),
        "tocsin_notifications_given_up_total": (.counter, "Messages not delivered within `give_up_after`."),
    ]

    private static let probes: [String: (type: MetricDescription.Kind, help: String)] = [
        "probe_up": (.gauge, "1 if the probe's last round went well."),
        "probe_duration_seconds": (.gauge, "How long the probe's last round took."),
        "probe_failure": (.gauge, "1 for the reason why the probe's last round failed."),
        "pool_connections_active": (.gauge, "Connections of a pool in use."),
        "pool_connections_idle": (.gauge, "Connections of a pool that wait for work."),
        "pool_connections_max": (.gauge, "The most connections that a pool may have."),
        "pool_clients_waiting": (.gauge, "Clients that wait for a connection of the pool."),
        "pool_oldest_wait_seconds": (.gauge, "How long the client that waits longest has waited."),
        "pgbouncer_up": (.gauge, "1 if PgBouncer's console answered."),
        "pgbouncer_pools_client_maxwait_seconds": (.gauge, "How long the oldest client in PgBouncer's queue waits."),
        "pgbouncer_databases_pool_size": (.gauge, "The size that PgBouncer gives to pools of the database."),
        "pgbouncer_databases_paused": (.gauge, "1 while PgBouncer has the database paused."),
        "pgbouncer_databases_disabled": (.gauge, "1 while PgBouncer has the database disabled."),
        "pgbouncer_databases_max_connections": (.gauge, "The most server connections to the database; 0 for no limit."),
        "pgbouncer_databases_current_connections": (.gauge, "Server connections to the database."),
        "pgbouncer_config_max_client_connections": (.gauge, "PgBouncer's max_client_conn."),
        "pgbouncer_config_max_user_connections": (.gauge, "PgBouncer's max_user_connections; 0 for no limit."),
        "process_resident_memory_bytes": (.gauge, "Resident memory of the process."),
        "process_anonymous_memory_bytes": (.gauge, "Anonymous memory of the process: what it allocated itself."),
        "process_proportional_memory_bytes": (.gauge, "Memory of the process, with its share of what others share."),
        "process_cpu_seconds_total": (.counter, "Processor time that the process used."),
        "process_threads": (.gauge, "Threads of the process."),
        "process_open_fds": (.gauge, "Open file descriptors of the process."),
        "process_max_fds": (.gauge, "The most file descriptors that the process may have."),
        "process_start_time_seconds": (.gauge, "When the process started, in seconds since 1970."),
        "cgroup_memory_current_bytes": (.gauge, "Memory that the control group uses."),
        "cgroup_memory_anonymous_bytes": (.gauge, "What the control group's processes allocated themselves."),
        "cgroup_memory_max_bytes": (.gauge, "The most memory that the control group may use."),
        "cgroup_memory_events_total": (.counter, "Events of memory.events of the control group."),
        "nodejs_heap_size_used_bytes": (.gauge, "V8's heap in use."),
        "nodejs_heap_size_total_bytes": (.gauge, "V8's heap as it is reserved."),
        "nodejs_heap_size_limit_bytes": (.gauge, "The most that V8's heap may grow to."),
        "nodejs_external_memory_bytes": (.gauge, "Memory of objects outside of V8's heap."),
        "parlant_tool_integrations": (.gauge, "Tool integrations by state."),
        "parlant_tool_integration_state": (.gauge, "1 for the state that a tool integration is in."),
        "parlant_tool_integration_errors": (.gauge, "The errors that the integration's row counts."),
        "parlant_tool_integration_last_check_age_seconds": (.gauge, "How long ago the integration was checked."),
    ]

    private static let postgres: [String: (type: MetricDescription.Kind, help: String)] = [
        "pg_up": (.gauge, "1 if the database could be asked."),
        "pg_settings_max_connections": (.gauge, "The server's max_connections."),
        "pg_settings_superuser_reserved_connections": (.gauge, "The server's superuser_reserved_connections."),
        "pg_settings_reserved_connections": (.gauge, "The server's reserved_connections, from PostgreSQL 16 on."),
        "pg_postmaster_start_time_seconds": (.gauge, "When the server started, in seconds since 1970."),
        "pg_replication_is_replica": (.gauge, "1 while the server is a standby in recovery."),
        "pg_stat_activity_count": (.gauge, "Sessions by database and state."),
        "pg_stat_activity_max_tx_duration": (.gauge, "The longest running transaction by database and state, seconds."),
        "pg_stat_database_numbackends": (.gauge, "Sessions of the database."),
        "pg_stat_database_xact_commit": (.counter, "Transactions committed."),
        "pg_stat_database_xact_rollback": (.counter, "Transactions rolled back."),
        "pg_stat_database_blks_read": (.counter, "Blocks read from the operating system."),
        "pg_stat_database_blks_hit": (.counter, "Blocks found in shared buffers."),
        "pg_stat_database_tup_returned": (.counter, "Rows that scans read."),
        "pg_stat_database_tup_fetched": (.counter, "Rows that index scans fetched."),
        "pg_stat_database_tup_inserted": (.counter, "Rows inserted."),
        "pg_stat_database_tup_updated": (.counter, "Rows updated."),
        "pg_stat_database_tup_deleted": (.counter, "Rows deleted."),
        "pg_stat_database_conflicts": (.counter, "Statements cancelled by recovery on a standby."),
        "pg_stat_database_temp_files": (.counter, "Temporary files written."),
        "pg_stat_database_temp_bytes": (.counter, "Bytes written to temporary files."),
        "pg_stat_database_deadlocks": (.counter, "Deadlocks found."),
        "pg_stat_database_blk_read_time": (
            .counter, "Time spent reading blocks, in milliseconds as PostgreSQL has it."
        ),
        "pg_stat_database_blk_write_time": (.counter, "Time spent writing blocks, in milliseconds."),
        "pg_stat_database_stats_reset": (.gauge, "When the counters were reset, in seconds since 1970."),
        "pg_stat_statements_calls_total": (.counter, "Calls of a statement."),
        "pg_stat_statements_rows_total": (.counter, "Rows that a statement returned or changed."),
        "pg_stat_statements_seconds_total": (.counter, "Time spent in a statement."),
        "tocsin_database_connect_seconds": (.gauge, "How long the last connect to the database took."),
        "tocsin_database_round_trip_seconds": (.gauge, "How long the shortest statement of the last round took."),
        "tocsin_longest_transaction_seconds": (.gauge, "The age of the oldest open transaction."),
        "tocsin_longest_query_seconds": (.gauge, "How long the oldest statement that runs has run."),
        "tocsin_waiting_sessions": (.gauge, "Active sessions by what they wait for."),
        "tocsin_longest_idle_in_transaction_seconds": (.gauge, "How long a session has been idle in a transaction."),
        "tocsin_blocked_sessions": (.gauge, "Sessions that wait for a lock."),
        "tocsin_statement_calls": (.gauge, "Calls of a statement within the window of the statements probe."),
        "tocsin_statement_seconds": (.gauge, "Time spent in a statement within that window."),
        "tocsin_statement_time_ratio": (.gauge, "A statement's share of the time of all within that window."),
        "tocsin_statement_mean_seconds": (.gauge, "The mean time of a statement within that window."),
        "tocsin_statements_calls": (.gauge, "Calls of all statements within that window."),
        "tocsin_statements_mean_seconds": (.gauge, "The mean time of all statements within that window."),
        "tocsin_statements_slowest_mean_seconds": (.gauge, "The mean time of the slowest statement in that window."),
    ]

    private static let tables: [String: (type: MetricDescription.Kind, help: String)] = [
        "tocsin_table_bytes": (.gauge, "Size of a table's own pages."),
        "tocsin_table_vacuum_age_seconds": (.gauge, "Time since a table's last vacuum."),
        "tocsin_table_analyze_age_seconds": (.gauge, "Time since a table's statistics were last made."),
        "pg_stat_user_tables_seq_scan": (.counter, "How often a table was read whole."),
        "pg_stat_user_tables_seq_tup_read": (.counter, "Rows read by reading a table whole."),
        "pg_stat_user_tables_idx_scan": (.counter, "How often a table was read through an index."),
        "pg_stat_user_tables_n_tup_ins": (.counter, "Rows inserted into a table."),
        "pg_stat_user_tables_n_tup_upd": (.counter, "Rows of a table updated."),
        "pg_stat_user_tables_n_tup_del": (.counter, "Rows deleted from a table."),
        "pg_stat_user_tables_n_live_tup": (.gauge, "Rows of a table, estimated."),
        "pg_stat_user_tables_n_dead_tup": (.gauge, "Dead rows of a table, estimated."),
        "pg_stat_user_tables_n_mod_since_analyze": (.gauge, "Rows changed since a table's statistics were made."),
        "tocsin_invalid_indexes": (.gauge, "Indexes that are not valid, and not being built."),
        "tocsin_unused_indexes": (.gauge, "Indexes above 8 MiB that were never read, and that no constraint needs."),
        "tocsin_unused_index_bytes": (.gauge, "What the unused indexes take."),
        "tocsin_duplicate_indexes": (.gauge, "Indexes that do what an older one does."),
        "tocsin_duplicate_index_bytes": (.gauge, "What the duplicate indexes take."),
        "tocsin_freeze_age_transactions": (.gauge, "Transactions since the database's oldest unfrozen row."),
        "tocsin_cron_installed": (.gauge, "1 if pg_cron is in this database; `lives_in` names the one it works in."),
        "tocsin_cron_job_active": (.gauge, "1 if a job of pg_cron is active."),
        "tocsin_cron_job_present": (.gauge, "1 if an expected job of pg_cron is there and active."),
        "tocsin_cron_job_last_success_age_seconds": (.gauge, "Time since a job of pg_cron last ended well."),
        "tocsin_cron_job_failures_in_a_row": (.gauge, "Runs of a job that failed since the last that did not."),
        "tocsin_cron_job_late_seconds": (.gauge, "For how long a run of a job of pg_cron has been due."),
        "tocsin_progress_ratio": (.gauge, "How much of an index build or a vacuum is done."),
    ]

    private static let parlant: [String: (type: MetricDescription.Kind, help: String)] = [
        "parlant_table_present": (.gauge, "1 if an expected table is there."),
        "parlant_foreign_key_present": (.gauge, "1 if an expected foreign key is there."),
        "parlant_index_present": (.gauge, "1 if a valid index does what an expected one does."),
        "parlant_constraints_not_valid": (.gauge, "Constraints of a table that were never validated."),
        "parlant_triggers_disabled": (.gauge, "Triggers of a table that are switched off."),
        "parlant_check_skipped": (.gauge, "1 for a question not asked, since no index serves it on a large table."),
        "parlant_orphan_rows": (.gauge, "Rows found that refer to something that is not there."),
        "parlant_reference_sweep_progress_ratio": (.gauge, "How much of the present search for orphans is done."),
        "parlant_reference_sweep_seconds": (.gauge, "How long the last whole search for orphans took."),
        "parlant_reference_sweep_age_seconds": (.gauge, "Time since a search for orphans came to its end."),
        "parlant_active_sessions": (.gauge, "Sessions with the status active."),
        "parlant_idle_sessions": (.gauge, "Active sessions without activity for four hours."),
        "parlant_newest_event_age_seconds": (.gauge, "Time since the newest event."),
        "parlant_events_last_5m": (
            .gauge, "Events of the last five minutes, by workspace and type, of the newest 1,000."
        ),
        "parlant_events_last_hour": (.gauge, "Events of the last hour, by workspace and type, of the newest 1,000."),
        "parlant_events_last_week": (.gauge, "Events of the last week, 1,000 at most."),
        "parlant_sessions_out_of_order": (.gauge, "Recent sessions whose events have gaps or are out of order."),
        "parlant_journey_problems": (.gauge, "Journeys and parts of them that can't work, by problem."),
        "parlant_tool_problems": (.gauge, "Tools that can't work, by problem."),
        "parlant_knowledge_base_problems": (.gauge, "Assignments of knowledge bases that are wrong, by problem."),
        "parlant_events_past_retention": (.gauge, "Events of completed sessions older than 90 days."),
        "parlant_events_past_retention_oldest_seconds": (.gauge, "The age of the oldest of these events."),
        "parlant_analytics_age_seconds": (.gauge, "The age of parlant_agent_analytics_daily's newest day."),
        "parlant_canary_seconds": (.gauge, "How long one of the guide's own queries took."),
        "parlant_canary_rows": (.gauge, "How many rows that query gave."),
        "parlant_canary_uses_index": (.gauge, "1 if that query's plan reads no large table whole."),
    ]
}
