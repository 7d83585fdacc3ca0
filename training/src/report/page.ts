import { html, Markup } from './markup.js';
import { aboutSection } from './sections/about.js';
import { bytesSection } from './sections/bytes.js';
import { camerasSection } from './sections/cameras.js';
import { exitsSection } from './sections/exits.js';
import { headline } from './sections/headline.js';
import { missingSection } from './sections/missing.js';
import { samplesSection } from './sections/samples.js';
import { trainedSection } from './sections/trained.js';
import { uncertaintySection } from './sections/uncertainty.js';
import { style } from './style.js';
import { networkOf, type Subject } from './subject.js';

const links = {
  bytes: 'Bytes and accuracy',
  missing: 'Cameras gone',
  cameras: 'More and fewer cameras',
  exits: 'What each exit says',
  uncertainty: 'Uncertainty',
  samples: 'Hardest samples',
  trained: 'Aggregators and filters',
  about: 'What was measured',
};

/**
 * The report as one HTML page without any other file: no script, no font, no request; its content security policy
 * forbids these too. The same subject gives the same text.
 */
export function renderReport(subject: Subject): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${networkOf(subject).name} – DDNN report</title><style>${new Markup(style)}</style></head>
<body>${headline(subject)}
<nav aria-label="Sections">${Object.entries(links).map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>
<main>
${bytesSection(subject)}
${missingSection(subject)}
${camerasSection(subject)}
${exitsSection(subject)}
${uncertaintySection(subject)}
${samplesSection(subject)}
${trainedSection(subject)}
${aboutSection(subject)}
</main></body></html>
`;
  return page.text;
}
