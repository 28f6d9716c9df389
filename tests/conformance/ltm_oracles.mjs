// Loop and link scores against published and independently recomputed ones (`ltm` in the shared corpus' manifest).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from '../../js/dist/index.js';

/** [{ id, run(engine) }]: run throws where the scores differ. */
export function ltmChecks(shared, manifest) {
  const [logistic, births, arms] = ['ltm-logistic-growth', 'ltm-births-deaths', 'ltm-arms-race'].map((id) => {
    const entry = manifest.ltm.find((e) => e.id === id);
    return { id, model: path.join(shared, entry.model), oracle: path.join(shared, entry.oracle), also: path.join(shared, entry.also) };
  });
  const published = JSON.parse(readFileSync(path.join(shared, 'ltm/published_dev.json'), 'utf8'));
  const points = manifest.tolerance_rules.classes.ltm.abs_percentage_points;
  return [
    {
      id: logistic.id,
      // Stella files a score one dt earlier than LTM.md, in percent; its column 0 says nothing.
      run: async (engine) => {
        const run = await scored(logistic.model, engine);
        const oracle = readScores(logistic.oracle, 1);
        expect(run.loops.length === oracle.length, `${run.loops.length} loops instead of ${oracle.length}`);
        let compared = 0;
        for (const { loop: id, times, scores } of oracle) {
          const loop = run.loops.find((l) => l.id === id);
          expect(loop, `no loop ${id}`);
          times.forEach((time, i) => {
            const row = run.time.indexOf(time + 1);
            if (i === 0 || row < 0) return;
            near(100 * loop.relative[row], scores[i], points, `${id} at ${time + 1}`);
            compared++;
          });
        }
        return compared;
      },
    },
    { id: `${logistic.id}-recomputed`, run: (engine) => recomputed(logistic, engine, 1e-6) },
    { id: births.id, run: (engine) => recomputed(births, engine, 1e-4) },
    {
      id: `${births.id}-published`,
      run: async (engine) => {
        const run = await scored(births.model, engine);
        for (const loop of run.loops)
          for (let row = 1; row < run.time.length; row++)
            near(loop.relative[row], loop.score[row] > 0 ? published.births_deaths.R1_relative : published.births_deaths.B1_relative, 1e-4, loop.id);
        return run.loops.length * (run.time.length - 1);
      },
    },
    {
      id: arms.id,
      run: async (engine) => {
        const { loops, partitions } = await scored(arms.model, engine);
        const wanted = published.arms_race_3party;
        expect(loops.length === wanted.loops && partitions.length === 1, `${loops.length} loops in ${partitions.length} partitions`);
        for (const polarity of ['balancing', 'reinforcing']) {
          const count = loops.filter((loop) => loop.structural === polarity).length;
          expect(count === wanted[polarity], `${count} loops are ${polarity}`);
        }
        return recomputed({ ...arms, also: arms.oracle }, engine, 1e-6);
      },
    },
    ...Object.entries(linkExamples(published.link_score_examples)).map(([name, { model, links }]) => ({
      id: `ltm-link-score-examples-${name}`,
      run: async (engine) => {
        const run = await scored(model, engine);
        for (const [from, to, score] of links) {
          const link = run.links.find((l) => l.from === from && l.to === to);
          expect(link, `no link ${from} -> ${to}`);
          near(link.score[1], score, 1e-3, `${from} -> ${to}`);
        }
        return links.length;
      },
    })),
  ];
}

/** Every loop of a table by tools/ltm_reference.py, found by its variables. */
async function recomputed({ model, also }, engine, tolerance) {
  const run = await scored(model, engine);
  const oracle = readScores(also, 2);
  expect(run.loops.length === oracle.length, `${run.loops.length} loops instead of ${oracle.length}`);
  let compared = 0;
  for (const { path: wanted, times, scores } of oracle) {
    const loop = run.loops.find((l) => l.variables.join('>') === wanted);
    expect(loop, `no loop ${wanted}`);
    times.forEach((time, i) => {
      const row = run.time.indexOf(time);
      expect(row >= 0, `no row at ${time}`);
      near(loop.relative[row], scores[i], tolerance, `${wanted} at ${time}`);
      compared++;
    });
  }
  return compared;
}

/** Rows of `loop [path] scores...`, the heads of the scores being times. */
function readScores(file, first) {
  const [head, ...rows] = readFileSync(file, 'utf8')
    .replace(/^\ufeff/, '')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split('\t'));
  return rows.map((row) => ({ loop: row[0], path: row[1], times: head.slice(first).map(Number), scores: row.slice(first).map(Number) }));
}

/** The published tables give two moments of each variable: stocks that step from one to the other. */
function linkExamples({ table1, table2, eq3_2023: flows }) {
  const example = ({ eqn, prev, cur, scores }) => ({
    model: xmile(
      [`<aux name="z"><eqn>${eqn}</eqn></aux>`]
        .concat(Object.keys(prev).map((v) => `<stock name="${v}"><eqn>${prev[v]}</eqn><inflow>to_${v}</inflow></stock><flow name="to_${v}"><eqn>${cur[v] - prev[v]}</eqn></flow>`))
        .join(''),
    ),
    links: Object.entries(scores).map(([from, score]) => [from, 'z', score]),
  });
  const ramp = ([from, to]) => `${from} + ${to - from} * TIME`;
  return {
    table1: example(table1),
    table2: example(table2),
    eq3: {
      model: xmile(
        `<stock name="s"><eqn>0</eqn><inflow>in</inflow><outflow>out</outflow></stock>` +
          `<flow name="in"><eqn>${ramp(flows.inflow)}</eqn></flow><flow name="out"><eqn>${ramp(flows.outflow)}</eqn></flow>`,
      ),
      links: [
        ['in', 's', flows.inflow_to_stock],
        ['out', 's', flows.outflow_to_stock],
      ],
    },
  };
}

const xmile = (variables) =>
  new TextEncoder().encode(`<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><name>published</name></header><sim_specs><start>0</start><stop>2</stop><dt>1</dt></sim_specs>
<model><variables>${variables}</variables></model></xmile>`);

async function scored(model, engine) {
  const project = await load(typeof model === 'string' ? readFileSync(model) : model);
  try {
    return await project.mainModel().run({ engine, enableLtm: true, ltmMode: 'exhaustive' });
  } finally {
    project.dispose();
  }
}

function expect(truth, message) {
  if (!truth) throw new Error(message);
}

function near(actual, wanted, tolerance, what) {
  expect(Math.abs(actual - wanted) <= tolerance, `${what}: expected ${wanted}, got ${actual}`);
}
