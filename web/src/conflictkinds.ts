/** Kinds of conflict in words, those that accuse first. */
export const KINDS: Record<string, string> = {
  developer: "the developer contradicts itself",
  sources: "sources of like weight disagree",
  implausible: "a value that can hardly be",
  apart: "two names kept apart because values differ",
  variant: "another size, edition, or total against active",
  announcement: "two events: announcement, weights, repository",
  weaker: "a weaker source says otherwise",
  outdated: "one side is out of date",
  undisclosed: "one says undisclosed, another gives a value",
  "provider-limit": "a provider's limit, not the model's",
  unreadable: "words that could not be read",
  rounding: "one is rounded",
  naming: "only spelt differently",
};
/** What is listed when nobody asks for more. */
export const ACCUSING = ["developer", "sources", "implausible", "apart"];
