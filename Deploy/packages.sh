# What Tocsin needs from Debian, for the scripts beside this file. Sourced, not run.

# To build and run.
build_packages=(libcurl4-openssl-dev libpq-dev libsqlite3-dev pkg-config)
# Besides, for the quickstart's own database, pool and application.
demo_packages=(postgresql-15 pgbouncer python3 curl)
# Besides, for the tests: real servers to talk to, pip for Deploy/postgres-versions, and Prometheus's programs as
# judges.
test_packages=(python3-aiosmtpd python3-pip nginx-light openssl procps iproute2 e2fsprogs mount gcc libc6-dev
    prometheus prometheus-alertmanager postgresql-15-cron)
# Besides, for Tests/Benchmarks/compare: the peers.
peer_packages=(prometheus prometheus-alertmanager prometheus-postgres-exporter)

# Installs the packages that are not there yet; says what to do where it may not.
install_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q '^install ok installed' || missing+=("$name")
    done
    # nginx in any of its flavours will do.
    if command -v nginx >/dev/null; then
        local kept=()
        for name in "${missing[@]}"; do [ "$name" = nginx-light ] || kept+=("$name"); done
        missing=("${kept[@]}")
    fi
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "These packages are missing, and only root can install them: ${missing[*]}" >&2
        echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
        return 1
    fi
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    echo "Installing ${missing[*]} …"
    # A new PostgreSQL would start a server of its own; the scripts start theirs.
    "${as_root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.d/tocsin.conf >/dev/null
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
