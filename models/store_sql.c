#include "models/store_sql.h"

/* `submissions` and `jobs` are what was handed in, `outcomes` what came of it, once a job. `members` ties a job to
 * every submission that asked for it; its `delivery` is the place in that submission's stream of outcomes, set when
 * there is one. One index over the state serves the queue, the leases and the counts. */
const char store_schema_sql[] =
    "CREATE TABLE submissions(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, client TEXT NOT NULL,"
    " created INTEGER NOT NULL);"
    "CREATE TABLE jobs(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, header TEXT NOT NULL, photo_id TEXT NOT NULL,"
    " path TEXT, submission INTEGER NOT NULL REFERENCES submissions(n), accepted_at INTEGER NOT NULL,"
    " priority INTEGER NOT NULL, state INTEGER NOT NULL, losses INTEGER NOT NULL DEFAULT 0,"
    " history TEXT, worker TEXT, worker_name TEXT, leased_at INTEGER, lease_until INTEGER);"
    "CREATE INDEX jobs_by_state ON jobs(state, losses > 0, priority DESC, n);"
    "CREATE TABLE outcomes(n INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL UNIQUE REFERENCES jobs(n),"
    " state INTEGER NOT NULL, line TEXT NOT NULL, at INTEGER NOT NULL);"
    "CREATE TABLE members(submission INTEGER NOT NULL REFERENCES submissions(n), position INTEGER NOT NULL,"
    " job INTEGER NOT NULL REFERENCES jobs(n), delivery INTEGER, PRIMARY KEY(submission, position)) WITHOUT ROWID;"
    "CREATE INDEX members_by_job ON members(job);"
    "CREATE INDEX members_by_delivery ON members(submission, delivery) WHERE delivery IS NOT NULL;";

/* States: 0 accepted, 1 leased, 2 done, 3 set aside, 4 cancelled (enum job_state). */
const char *const store_sql[SQL_STATEMENTS] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_ADD_SUBMISSION] = "INSERT OR IGNORE INTO submissions(id, client, created) VALUES(?1, ?2, ?3)",
    [SQL_FIND_SUBMISSION] = "SELECT n FROM submissions WHERE id = ?1",
    [SQL_ADD_JOB] = "INSERT OR IGNORE INTO jobs(id, header, photo_id, path, submission, accepted_at, priority,"
                    " state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
    [SQL_FIND_JOB] = "SELECT n, state FROM jobs WHERE id = ?1",
    [SQL_FIND_HEADER] = "SELECT header FROM jobs WHERE id = ?1",
    [SQL_ADD_MEMBER] = "INSERT INTO members(submission, position, job) VALUES(?1, ?2, ?3)",
    [SQL_FIND_MEMBER] = "SELECT job FROM members WHERE submission = ?1 AND position = ?2",
    [SQL_NEXT_DELIVERY] = "SELECT max(delivery) FROM members WHERE submission = ?1 AND delivery IS NOT NULL",
    [SQL_JOB_MEMBERS] = "SELECT submission, position FROM members WHERE job = ?1 ORDER BY submission, position",
    [SQL_DELIVER] = "UPDATE members SET delivery = ?3 WHERE submission = ?1 AND position = ?2",
    [SQL_FIND_WAITING] = "SELECT n, id, photo_id, header, path, losses FROM jobs WHERE state = 0"
                         " AND (losses > 0) = ?1 ORDER BY priority DESC, n LIMIT ?2",
    [SQL_LEASE] = "UPDATE jobs SET state = 1, worker = ?2, worker_name = ?3, leased_at = ?4, lease_until = ?5"
                  " WHERE n = ?1",
    [SQL_RENEW] = "UPDATE jobs SET lease_until = ?2 WHERE state = 1 AND worker = ?1",
    [SQL_SHORTEN] = "UPDATE jobs SET lease_until = ?1 WHERE state = 1 AND lease_until > ?1",
    [SQL_RELEASE] = "UPDATE jobs SET state = 0, worker = NULL, lease_until = NULL"
                    " WHERE id = ?1 AND state = 1 AND worker = ?2",
    [SQL_FIND_LEASE] = "SELECT n, id, losses, history, worker_name, leased_at FROM jobs"
                       " WHERE id = ?1 AND state = 1 AND worker = ?2",
    [SQL_WORKER_LEASES] = "SELECT id, worker FROM jobs WHERE state = 1 AND worker = ?1 ORDER BY n",
    [SQL_EXPIRED_LEASES] = "SELECT id, worker FROM jobs WHERE state = 1 AND lease_until < ?1 ORDER BY n",
    [SQL_LOSE] = "UPDATE jobs SET state = ?2, losses = ?3, history = ?4, worker = NULL, lease_until = NULL"
                 " WHERE n = ?1",
    [SQL_SET_DONE] = "UPDATE jobs SET state = 2, worker = NULL, lease_until = NULL WHERE n = ?1",
    [SQL_ADD_OUTCOME] = "INSERT INTO outcomes(job, state, line, at) VALUES(?1, ?2, ?3, ?4)",
    [SQL_DROP_SET_ASIDE] = "DELETE FROM outcomes WHERE job = ?1 AND state <> 2",
    [SQL_OUTCOMES_ALL] = "SELECT o.n, -1, j.id, o.state, o.line FROM outcomes o JOIN jobs j ON j.n = o.job"
                         " WHERE o.n > ?2 ORDER BY o.n LIMIT ?3",
    [SQL_OUTCOME_LINES] = "SELECT n, state, line FROM outcomes WHERE n > ?1 ORDER BY n",
    [SQL_OUTCOMES_BY_COMPLETION] = "SELECT m.delivery, m.position, j.id, o.state, o.line FROM members m"
                                   " JOIN jobs j ON j.n = m.job JOIN outcomes o ON o.job = m.job"
                                   " WHERE m.submission = (SELECT n FROM submissions WHERE id = ?1)"
                                   " AND m.delivery IS NOT NULL AND m.delivery > ?2 ORDER BY m.delivery LIMIT ?3",
    [SQL_OUTCOMES_BY_POSITION] = "SELECT m.delivery, m.position, j.id, o.state, o.line FROM members m"
                                 " JOIN jobs j ON j.n = m.job JOIN outcomes o ON o.job = m.job"
                                 " WHERE m.submission = (SELECT n FROM submissions WHERE id = ?1)"
                                 " AND m.position > ?2 ORDER BY m.position LIMIT ?3",
    [SQL_COUNT_ALL] = "SELECT state, losses > 0, count(*) FROM jobs GROUP BY state, losses > 0",
    [SQL_COUNT_SUBMISSION] = "SELECT j.state, j.losses > 0, count(*) FROM members m JOIN jobs j ON j.n = m.job"
                             " WHERE m.submission = (SELECT n FROM submissions WHERE id = ?1)"
                             " GROUP BY j.state, j.losses > 0",
    [SQL_FIND_FINDING] = "SELECT 1 FROM findings WHERE about = ?1 AND lower <= ?4 AND upper >= ?3"
                         " AND (factory IS NULL OR ?2 IS NULL OR factory = ?2) LIMIT 1",
    [SQL_ADD_FINDING] = "INSERT INTO findings(about, factory, lower, upper, line, at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_UNTOLD] = "SELECT n, line FROM findings WHERE told = 0 ORDER BY n",
    [SQL_TOLD] = "UPDATE findings SET told = 1 WHERE n = ?1",
    [SQL_LOOKED] = "SELECT results FROM looked",
    [SQL_SET_LOOKED] = "INSERT INTO looked(one, results) VALUES(1, ?1) ON CONFLICT(one) DO UPDATE SET results = ?1",
};
