import Type, { type Static } from 'typebox';

/** The schema of an architecture's `training` key: how to train, where that belongs to the network rather than to one run. */
export const TrainingSettingsSchema = Type.Object(
  {
    holdOutBy: Type.Optional(
      Type.Enum(['rows', 'groups'], {
        description: 'what is held out as a whole; default: groups where the manifest has them',
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
  { additionalProperties: false, description: 'how to train, beyond what the command says' },
);

/** How to train; what is left out is as in the paper. */
export type TrainingSettings = Static<typeof TrainingSettingsSchema>;
