import { dotPlot } from '../charts/dot-plot.js';
import { dataTable, figure } from '../data-table.js';
import { type Judged, judgedBy } from '../judged.js';
import { html, type Markup } from '../markup.js';
import { type Spread, spread } from '../spread.js';
import { exitsOf, networkOf, type Subject } from '../subject.js';
import { number, percent, percents } from '../words.js';

/** What each exit takes for what: confusion matrices and the recall of each class. */
export function exitsSection(subject: Subject): Markup {
  const { classes } = networkOf(subject);
  const exits = exitsOf(subject);
  const bundles = subject.measured.length;
  const recalls = classes.map((name, truth) => ({
    name,
    dots: exits.map(({ exit, series }) => ({ series, value: recall(subject, exit, truth) })),
  }));
  return html`<section id="exits"><h2>What each exit says</h2>
<p>Each exit is asked about every sample that a camera sees; <em>the site</em> is the answer that is given, with the thresholds.
${bundles > 1 && 'Counts are means over the bundles.'}</p>
<div class="figures matrices">
${exits.map(({ exit, series }) => confusion(series.name, classes, judgedBy(subject, exit), bundles))}
</div>
${figure('Recall of each class', dotPlot(recalls, 'Recall of each class', 'share of the class that is right, %'))}
${dataTable(
  'Recall of each class',
  ['class', 'samples', ...exits.map(({ series }) => series.name)],
  recalls.map(({ name, dots }) => [
    name,
    String(subject.data.rows.filter(({ label }) => label === name).length),
    ...dots.map(({ value }) => percents(value)),
  ]),
)}</section>`;
}

function recall(subject: Subject, exit: Parameters<typeof judgedBy>[1], truth: number): Spread | undefined {
  return spread(
    subject.measured.map((one) => {
      const ofClass = judgedBy({ ...subject, measured: [one] }, exit).filter((answer) => answer.truth === truth);
      return ofClass.length > 0 ? ofClass.filter(({ said }) => said === truth).length / ofClass.length : undefined;
    }),
  );
}

function confusion(name: string, classes: readonly string[], judged: readonly Judged[], bundles: number): Markup {
  const cell = (truth: number, said: number) => {
    const ofClass = judged.filter((answer) => answer.truth === truth);
    const count = ofClass.filter((answer) => answer.said === said).length;
    const share = count / Math.max(1, ofClass.length);
    const colour = truth === said ? 'right' : 'wrong';
    const words = `${percent(share)} of ${classes[truth]} taken for ${classes[said]}`;
    // Rare cases must still be visible, so the tint begins at a tenth.
    const tint = count === 0 ? 0 : Math.round(10 + 50 * share);
    return html`<td title="${words}" style="background:color-mix(in srgb,var(--${colour}) ${tint}%,transparent)">${
      count === 0 ? '·' : number(count / bundles, bundles > 1 ? 1 : 0)
    }</td>`;
  };
  return html`<div class="table" tabindex="0" role="region" aria-label="Confusion, ${name}"><table class="matrix"><caption>${name}: truth in rows, answer in columns</caption>
<thead><tr><td></td>${classes.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${classes.map(
    (label, truth) => html`<tr><th scope="row">${label}</th>${classes.map((_, said) => cell(truth, said))}</tr>
`,
  )}</tbody></table></div>`;
}
