import { expect, test } from 'vitest';
import { answerByPresence } from './presence-answer.js';

const rows = (...pairs: [number, string][]) => pairs.map(([mask, label]) => ({ mask, label }));

test('Each set of cameras answers its most frequent class, an unknown one the most frequent of all', () => {
  const learned = rows([1, 'car'], [1, 'car'], [1, 'bus'], [2, 'person'], [2, 'person']);
  const asked = rows([1, 'car'], [1, 'bus'], [2, 'person'], [4, 'car'], [4, 'bus']);
  expect(answerByPresence(learned, asked)).toEqual({ accuracy: 0.6, majority: 0.4, samples: 5 });
});

test('Without rows to answer each row is answered from all the others', () => {
  const learned = rows([1, 'car'], [1, 'car'], [2, 'bus'], [2, 'bus'], [4, 'bus'], [4, 'car']);
  expect(answerByPresence(learned, [])).toEqual({ accuracy: 4 / 6, majority: 0, samples: 6 });
});
