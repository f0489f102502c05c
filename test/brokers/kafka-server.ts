/**
 * Apache Kafka from Maven Central: one node that is its own controller. Its jars are kept outside the repository, in
 * the user's cache folder, and fetched once.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports.js';
import { installed, Program, Scratch } from './programs.js';
import { running, type Started } from './servers.js';

const VERSION = '3.9.1';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>otel-causality</groupId><artifactId>kafka-of-the-tests</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

export async function startKafka(): Promise<Started> {
  const java = installed('java');
  if (java === undefined) return 'java is not installed';
  let jars: string | undefined;
  try {
    jars = await jarsFolder();
  } catch (error) {
    return `Kafka could not be fetched: ${String(error)}`;
  }
  if (jars === undefined) return 'Kafka is not in the cache, and mvn, which would fetch it, is not installed';
  const [port, controller] = (await freePorts(2)) as [number, number];
  const scratch = new Scratch();
  const settings = join(scratch.path, 'server.properties');
  writeFileSync(
    settings,
    Object.entries({
      'process.roles': 'broker,controller',
      'node.id': 1,
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      'controller.listener.names': 'CONTROLLER',
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'log.dirs': join(scratch.path, 'data'),
      'num.partitions': 1,
      'offsets.topic.replication.factor': 1,
      'offsets.topic.num.partitions': 1,
      'transaction.state.log.replication.factor': 1,
      'transaction.state.log.min.isr': 1,
      'group.initial.rebalance.delay.ms': 0,
    })
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const run = (main: string, ...args: readonly string[]): Program =>
    Program.start(java, ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), main, ...args]);
  await run('kafka.tools.StorageTool', 'format', '-t', 'b3RlbC1jYXVzYWxpdHktdA', '-c', settings).done();
  return running(run('kafka.Kafka', settings), port, scratch);
}

/** Where the jars are; undefined where they are not and cannot be fetched. */
async function jarsFolder(): Promise<string | undefined> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'otel-causality');
  const folder = join(cache, `kafka-${VERSION}`);
  if (existsSync(folder)) return folder;
  const mvn = installed('mvn');
  if (mvn === undefined) return undefined;
  const unfinished = join(cache, `kafka-${VERSION}-${process.pid}`);
  mkdirSync(unfinished, { recursive: true });
  const pom = join(unfinished, 'pom.xml');
  writeFileSync(pom, POM);
  process.once('exit', () => rmSync(unfinished, { recursive: true, force: true }));
  await Program.start(mvn, [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${unfinished}`,
  ]).done();
  rmSync(pom);
  // Whoever was first is as good as we are.
  if (existsSync(folder)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, folder);
  return folder;
}
