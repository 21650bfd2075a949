/// A settings file with every key that there is.
enum FullExample {
    static let files = [
        "secrets/hook": "https://hooks.example/T0/HIDDEN\n", "secrets/smtp": "HIDDEN\n", "secrets/sign": "HIDDEN",
        "ca.pem": "x", "cert.pem": "x", "key.pem": "x",
    ]
    static let environment = ["DATABASE_URL": "postgresql://tocsin:HIDDEN@db/main", "TOKEN": "HIDDEN"]

    static let text = """
        server: { listen: 127.0.0.1:9911, external_url: https://tocsin.example/, query_window: 30m }
        history: { path: /var/lib/tocsin/history.sqlite, retention: 30d }
        log: { level: debug, format: json }
        rule_files: [shipped, ./rules/*.yml]
        evaluation_interval: 10s
        external_labels: { region: eu }
        databases:
          - name: main
            dsn: ${DATABASE_URL}
            write_dsn: postgresql://mend:HIDDEN@db/main
            interval: 1s
            timeout: 2s
            lock_timeout: 500ms
            statements: { enabled: true, interval: 30s, top: 10, filter: 'parlant_' }
            integrations: { enabled: true, interval: 20s, schema: parlant, stale_after: 10m, time_zone: Europe/Berlin }
            parlant: { enabled: false, interval: 30s, integrity_interval: 10m, sweep_budget: 10ms, schema: bots, time_zone: Asia/Tokyo, tables: [parlant_agent] }
            tables: { enabled: true, interval: 2m }
            jobs: { enabled: true, interval: 5m, expected: [cleanup-old-events, update-statistics] }
        pools:
          - name: bouncer
            interval: 2s
            pgbouncer: { dsn: 'host=/tmp dbname=pgbouncer password=HIDDEN' }
          - name: app
            timeout: 3s
            http:
              url: http://127.0.0.1:3000/pool
              headers: { Authorization: Bearer HIDDEN }
              fields: { total: pool.totalCount, max: pool.max }
              max: 20
          - name: seen
            activity: { database: main, application_name: web, max: 20 }
        processes:
          - { name: one, pid: 123 }
          - { name: two, pidfile: /run/web.pid }
          - { name: three, command: 'node .*server\\.js' }
          - { name: four, cgroup: /sys/fs/cgroup/web }
          - name: five
            http:
              url: http://127.0.0.1:3000/memory
              headers: { X-Token: '${TOKEN}' }
              fields: { rss: memory.rss, heap_total: h, heap_used: u, external: e, heap_limit: l }
        endpoints:
          - name: app
            url: http://127.0.0.1:3000/metrics
            interval: 15s
            headers: { X-Token: '${TOKEN}' }
            keep: 'http_.*|process_.*'
        overrides:
          - alert: PoolUtilizationHigh
            matchers: ['pool="bouncer"']
            levels: { warning: { raise: "> 0.9", clear: "< 0.8", for: 2m, clear_for: 2m } }
          - alert: Up
            for: 5m
            keep_firing_for: 1m
            no_data: ok
          - { alert: Other, enabled: false }
        global:
          smtp_from: Tocsin <tocsin@example.org>
          smtp_smarthost: mail.example.org:587
          smtp_auth_username: tocsin
          smtp_auth_password_file: secrets/smtp
          smtp_hello: agent.example.org
          slack_api_url_file: secrets/hook
          http_config: { proxy_url: http://user:HIDDEN@proxy:3128 }
        route:
          receiver: ops
          group_by: [database, pool]
          group_wait: 5s
          fallback: mail
          routes:
            - matchers: ['severity="critical"', team=~"db|web"]
              receiver: hook
              continue: true
              repeat_interval: 1h
            - matchers: '{team="db",env!="test"}'
              group_by: ['...']
              routes: [{ match: { severity: info }, receiver: none }]
            - match_re: { team: 'x.*' }
              receiver: mail
        receivers:
          - name: ops
            slack_configs:
              - { channel: '#ops', username: Tocsin, time_zone: Europe/Berlin, send_resolved: false }
              - { api_url: 'https://hooks.example/T1/HIDDEN', give_up_after: 2h, timeout: 12s, http_config: {} }
          - name: hook
            webhook_configs:
              - url: 'https://user:HIDDEN@hook.example/x?token=HIDDEN'
                max_alerts: 50
                signing_secret_file: secrets/sign
                headers: { X-Key: HIDDEN }
                http_config:
                  authorization: { type: Token, credentials: HIDDEN }
                  tls_config: { ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem, server_name: a }
              - { url: 'http://a/', http_config: { basic_auth: { username: u, password: HIDDEN } } }
          - name: mail
            email_configs:
              - to: 'a@example.org, "On Call" <b@example.org>'
                headers: { X-Priority: '1' }
                time_zone: Europe/Berlin
              - to: c@example.org
                from: d@example.org
                smarthost: other:465
                auth_username: x
                auth_password: HIDDEN
              - { to: c@example.org, smarthost: '127.0.0.1:25', require_tls: false, auth_identity: me, hello: h }
          - name: none
        """
}
