import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { ends, layCable } from './cable.ts';
import { layHubCable, measureHub } from './hub.ts';
import { measure, type Round } from './measure.ts';
import { brief, disturbance, type Results, report, subjectNames } from './report.ts';
import { message, type SubjectName, subjects } from './subjects.ts';

// Runs in namespaces of this machine. In each round every subject has its turn, so that a machine that gets slower
// does so for all.

const say = (line: string) => process.stderr.write(`  ${line}\n`);

/** How many laptops a hub has that is measured; the first is what the others are compared with. */
const fleets = [1, 100];

async function main(): Promise<void> {
  const [first, second, ...names] = process.argv.slice(2);
  const [rounds, seconds] = [Number(first), Number(second)];
  const { chosen, withHub } = choose(names);
  const results: Results = {
    chosen,
    rounds: Object.fromEntries(
      subjectNames.map((name) => [name, [] as Round[]]),
    ) as Results['rounds'],
    hub: Object.fromEntries(fleets.map((laptops) => [laptops, []])),
    failures: [],
  };
  await layCable();
  await layHubCable();
  for (let round = 1; round <= rounds; round++) {
    const turn = async (name: string, body: () => Promise<string>) => {
      const told = await body().catch((error) => {
        results.failures.push(`round ${round}: ${name}: ${message(error)}`);
        return `failed: ${message(error)}`;
      });
      say(`round ${round} of ${rounds}: ${name}: ${told}`);
    };
    for (const name of chosen)
      await turn(subjects[name].name, async () => {
        const measured = await one(name, seconds);
        results.rounds[name].push(measured);
        return brief(measured);
      });
    for (const laptops of withHub ? fleets : [])
      await turn(`hub, laptops: ${laptops}`, async () => {
        const measured = await measureHub(laptops, seconds);
        results.hub[laptops]?.push(measured);
        return measured.loads
          .map(({ busy, gbitPerSecond }) => `${busy} busy ${gbitPerSecond.toFixed(2)} Gbit/s`)
          .join(', ');
      });
  }
  process.stdout.write(`\n${report(results)}\n`);
  say(disturbance(results));
  for (const failure of results.failures) say(failure);
  keep({ rounds, seconds, results });
  if (chosen.some((name) => results.rounds[name].length === 0)) process.exitCode = 1;
}

/** All, where none is named. */
function choose(names: readonly string[]): { chosen: readonly SubjectName[]; withHub: boolean } {
  if (names.length === 0) return { chosen: subjectNames, withHub: true };
  const unknown = names.find((name) => name !== 'hub' && !Object.hasOwn(subjects, name));
  if (unknown !== undefined)
    throw new Error(`there is no subject "${unknown}", but: ${subjectNames.join(' ')} hub`);
  return {
    chosen: subjectNames.filter((name) => names.includes(name)),
    withHub: names.includes('hub'),
  };
}

async function one(name: SubjectName, seconds: number): Promise<Round> {
  const running = await subjects[name].start();
  try {
    return await measure(running, seconds);
  } finally {
    for (const end of ends) await running[end].stop();
  }
}

function keep(measured: object): void {
  const folder = process.env.GUEST_RESULTS;
  if (folder === undefined) return;
  const machine = { kernel: release(), processors: cpus().length, model: cpus()[0]?.model };
  const peers = process.env.MOORING_BENCH_VERSIONS?.split(' ');
  const text = JSON.stringify({ machine, peers, ...measured }, null, 2);
  writeFileSync(join(folder, 'bench-datapath.json'), text);
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
