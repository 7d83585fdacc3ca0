import { NO_CLASS } from '@ddnn/protocol';
import { html, type Markup } from '../markup.js';
import { pictureUri } from '../picture.js';
import { exitsOf, networkOf, type Subject } from '../subject.js';

const SHOWN = 12;

/** The samples that go wrong most often, as pictures. */
export function samplesSection(subject: Subject): Markup {
  const hardest = hardestSamples(subject);
  const wrong = hardest.filter((sample) => sample.wrong > 0).length;
  const all = subject.measured.length;
  return html`<section id="samples"><h2>Hardest samples</h2>
<p>${
    wrong === 0
      ? 'Every sample is answered right; these are the ones that the exits were least sure of.'
      : html`The site gets ${wrong} of ${subject.data.rows.length} samples wrong${all > 1 && ' in at least one bundle'}; first those that go wrong most often, then the least sure.`
  }
${all > 1 && 'What the exits say is the first bundle’s.'}</p>
<div class="samples">${hardest.slice(0, SHOWN).map((sample) => card(subject, sample))}</div></section>`;
}

interface Hard {
  readonly slot: number;
  /** Number of bundles in which the site is wrong. */
  readonly wrong: number;
  /** Exits that are wrong, and uncertainties, over all bundles. */
  readonly wrongExits: number;
  readonly uncertainty: number;
}

function hardestSamples(subject: Subject): Hard[] {
  const { data, measured } = subject;
  const { classes } = networkOf(subject);
  const hard = data.rows.map(({ label }, slot): Hard => {
    const truth = classes.indexOf(label);
    const answers = measured.flatMap(({ asked }) => {
      const { local, edge, cloud } = asked[slot] ?? {};
      return [local, edge, cloud].filter((answer) => answer !== undefined);
    });
    return {
      slot,
      wrong: measured.filter(({ outcomes }) => !outcomes[slot].correct).length,
      wrongExits: answers.filter(({ classIndex }) => classIndex !== truth).length,
      uncertainty: answers.reduce((sum, { uncertainty }) => sum + uncertainty, 0),
    };
  });
  return hard.sort((a, b) => b.wrong - a.wrong || b.wrongExits - a.wrongExits || b.uncertainty - a.uncertainty);
}

function card(subject: Subject, { slot, wrong }: Hard): Markup {
  const { data, measured } = subject;
  const { classes } = networkOf(subject);
  const { sample, label } = data.rows[slot];
  const [{ asked, outcomes }] = measured;
  const views = data.images[slot].map((pixels, view) =>
    pixels
      ? html`<img src="${pictureUri(pixels, data.size)}" width="${data.size.width}" height="${data.size.height}" alt="view ${view}" title="view ${view}">`
      : html`<span class="absent" title="view ${view} does not see it">–</span>`,
  );
  const said = exitsOf(subject)
    .filter(({ exit }) => exit !== 'overall')
    .map(({ exit, series }) => {
      const answer = asked[slot]?.[exit];
      if (!answer) return html`<li>${series.name}: none</li>`;
      const right = classes[answer.classIndex] === label;
      const gave = outcomes[slot].exit === exit && outcomes[slot].classIndex !== NO_CLASS;
      return html`<li class="${right ? 'right' : 'wrong'}">${right ? '✓' : '✗'} ${series.name}: ${gave ? html`<b>${classes[answer.classIndex]}</b>` : classes[answer.classIndex]}, uncertainty ${answer.uncertainty.toFixed(2)}${gave && ' – its answer was given'}</li>`;
    });
  return html`<article><h3>${label}</h3><p><code>${sample}</code>${
    measured.length > 1 && `, wrong in ${wrong} of ${measured.length} bundles`
  }</p><div class="views">${views}</div><ul>${said}</ul></article>
`;
}
