/**
 * Which resource a span reads or writes.
 *
 * `causality.resource` names it outright; otherwise OpenTelemetry's database conventions do, old names and new. Two
 * databases are told apart by system, server and namespace.
 *
 * Guarantee: no resource without a name of its own: a statement that nobody can tell the table of is no access.
 * Hazard: a table is one resource, whatever its rows: two writes of one table race although they touch different rows.
 */
import type { AttributeRecord } from '../recorded.js';

export interface ResourceAccess {
  readonly resource: string;
  readonly isWrite: boolean;
}

const READS = new Set(
  'SELECT GET MGET FIND FINDONE READ QUERY SCAN COUNT AGGREGATE DISTINCT EXISTS HGET HGETALL HMGET LRANGE SMEMBERS ZRANGE TTL FETCH SEARCH MSEARCH GETITEM BATCHGETITEM SHOW EXPLAIN'.split(
    ' ',
  ),
);
const WRITES = new Set(
  'INSERT UPDATE DELETE UPSERT REPLACE MERGE TRUNCATE DROP ALTER CREATE SET MSET SETEX SETNX PUT DEL INCR INCRBY DECR DECRBY APPEND EXPIRE HSET HMSET HDEL HINCRBY LPUSH RPUSH LPOP RPOP SADD SREM ZADD ZREM WRITE SAVE INSERTONE INSERTMANY UPDATEONE UPDATEMANY DELETEONE DELETEMANY FINDANDMODIFY FINDONEANDUPDATE BULKWRITE BULK INDEX PUTITEM UPDATEITEM DELETEITEM BATCHWRITEITEM'.split(
    ' ',
  ),
);

/** `causality.operation` says `read` or `write`; without it a named resource is taken to be written. */
export function accessOf(attributes: AttributeRecord): ResourceAccess | undefined {
  const named = attributes['causality.resource'];
  if (typeof named === 'string' && named !== '') {
    const told = textOf(attributes, 'causality.operation', 'db.operation.name', 'db.operation');
    return { resource: named, isWrite: told === undefined || !READS.has(told.toUpperCase()) };
  }
  const system = textOf(attributes, 'db.system.name', 'db.system');
  return system === undefined ? undefined : databaseAccess(system, attributes);
}

function databaseAccess(system: string, attributes: AttributeRecord): ResourceAccess | undefined {
  const summary = textOf(attributes, 'db.query.summary');
  const statement = textOf(attributes, 'db.query.text', 'db.statement')?.slice(0, 1000);
  const operation = (
    textOf(attributes, 'db.operation.name', 'db.operation') ?? firstWord(summary ?? statement ?? '')
  ).toUpperCase();
  const isWrite = WRITES.has(operation);
  if (!isWrite && !READS.has(operation)) return undefined;
  const target =
    textOf(attributes, 'db.collection.name', 'db.sql.table', 'db.mongodb.collection', 'db.cassandra.table') ??
    (summary === undefined ? targetOf(system, statement) : summary.trim().split(/\s+/)[1]);
  if (target === undefined || target === '' || target === '?') return undefined;
  const server = textOf(attributes, 'server.address', 'net.peer.name', 'net.peer.ip') ?? '';
  const namespace =
    textOf(attributes, 'db.namespace', 'db.name') ?? String(attributes['db.redis.database_index'] ?? '');
  return { resource: [system, server, namespace, target].filter((part) => part !== '').join('/'), isWrite };
}

/** The table of a plain SQL statement, the key of a Redis command. */
function targetOf(system: string, statement: string | undefined): string | undefined {
  if (statement === undefined) return undefined;
  if (system === 'redis' || system === 'memcached') return statement.trim().split(/\s+/, 2)[1];
  const found =
    /^\s*(?:insert\s+into|update|delete\s+from|replace\s+into|truncate(?:\s+table)?|select\s[^;]*?\sfrom)\s+(["'`[\]\w.$-]+)/i.exec(
      statement,
    );
  return found?.[1]?.replace(/["'`[\]]/g, '');
}

function firstWord(text: string): string {
  return /^\s*([A-Za-z]+)/.exec(text)?.[1] ?? '';
}

function textOf(attributes: AttributeRecord, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
