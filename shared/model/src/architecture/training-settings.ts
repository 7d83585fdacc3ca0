import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false } as const;

/**
 * The schema of an architecture's `training` key: how to train, where that belongs to the network rather than to one
 * run.
 */
export const TrainingSettingsSchema = Type.Object(
  {
    epochs: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: '--epochs goes before; 100' })),
    batch: Type.Optional(Type.Integer({ minimum: 2, maximum: 4096, description: '--batch goes before; 64' })),
    rate: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1, description: '--rate goes before; 0.001' })),
    holdOutBy: Type.Optional(
      Type.Enum(['rows', 'groups'], {
        description: 'what is held out as a whole; default: groups where the manifest has them',
      }),
    ),
    selection: Type.Optional(
      Type.Enum(['accuracy', 'balanced'], {
        description: 'what thresholds and the best epoch are chosen by; default accuracy',
      }),
    ),
    classWeights: Type.Optional(
      Type.Enum(['equal', 'balanced'], { description: 'what a sample counts in every loss; default equal' }),
    ),
    classWeightPower: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'of the inverse class frequency; default 1' }),
    ),
    labelSmoothing: Type.Optional(
      Type.Number({ minimum: 0, maximum: 0.5, description: 'share of each label spread over all classes; default 0' }),
    ),
    augment: Type.Optional(
      Type.Object(
        {
          flip: Type.Optional(Type.Boolean({ description: 'mirror every other sample; default false' })),
          shift: Type.Optional(
            Type.Integer({ minimum: 0, maximum: 32, description: 'pixels to either side; default 0' }),
          ),
          brightness: Type.Optional(
            Type.Number({ minimum: 0, maximum: 0.9, description: 'share darker or brighter; default 0' }),
          ),
          noise: Type.Optional(
            Type.Number({ minimum: 0, maximum: 64, description: 'standard deviation, of 255; default 0' }),
          ),
        },
        { ...strict, description: 'random changes of the training pictures, alike in all views of a sample' },
      ),
    ),
    mixup: Type.Optional(
      Type.Number({ minimum: 0, maximum: 0.5, description: 'most of another sample mixed into each; default 0' }),
    ),
    earlyStopping: Type.Optional(
      Type.Object(
        { patience: Type.Integer({ minimum: 1, maximum: 100_000, description: 'epochs without a better one' }) },
        { ...strict, description: 'keep the best epoch on the held-out rows, and end when none gets better' },
      ),
    ),
    distillation: Type.Optional(
      Type.Object(
        {
          from: Type.Enum(['cloud', 'teacher'], {
            description: 'the cloud’s own exit those below it; or a wider float network, trained first, every exit',
          }),
          weight: Type.Number({
            exclusiveMinimum: 0,
            maximum: 100,
            description: 'of the lesson beside the true class',
          }),
          temperature: Type.Optional(
            Type.Number({ minimum: 1, maximum: 100, description: 'softens what the teacher says; default 1' }),
          ),
          width: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 8, description: 'how many times as wide a teacher is; default 2' }),
          ),
        },
        { ...strict, description: 'exits also learn what a better one says; default: they do not' },
      ),
    ),
    averaging: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.9999,
        description: 'decay of the moving average of the weights that is exported; default 0, the last weights',
      }),
    ),
    leastUp: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'share of the held-out samples that each chosen threshold sends up at least; default 0',
      }),
    ),
    slack: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.5,
        description: 'held-out accuracy that each chosen threshold may give up for fewer bytes; default 0',
      }),
    ),
    refit: Type.Optional(
      Type.Boolean({
        description: 'train once more on all rows, when the held-out ones have chosen the thresholds; default false',
      }),
    ),
    viewDropout: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.9,
        description: 'share of the present views that training hides from every aggregator; default 0',
      }),
    ),
  },
  { ...strict, description: 'how to train, beyond what the command says' },
);

/** How to train; what is left out is as in the paper. */
export type TrainingSettings = Static<typeof TrainingSettingsSchema>;
