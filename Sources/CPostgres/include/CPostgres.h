#pragma once

// libpq as Debian installs it, or as pg_config elsewhere puts it on the include path.
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif

/// Keeps libpq from writing the server's notices to standard error.
void CPostgresSilenceNotices(PGconn *connection);

/// A descriptor that `poll` can be woken with, non-blocking and closed on exec; negative where there is none.
int CPostgresWakeDescriptor(void);
