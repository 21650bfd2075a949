#include "CPostgres.h"
#include <sys/eventfd.h>

static void ignoreNotice(void *argument, const PGresult *result) {
    (void)argument;
    (void)result;
}

void CPostgresSilenceNotices(PGconn *connection) {
    PQsetNoticeReceiver(connection, ignoreNotice, NULL);
}

int CPostgresWakeDescriptor(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
