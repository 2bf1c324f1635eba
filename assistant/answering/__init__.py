"""From answer spans to one cited answer or a refusal; conversation; the sentences that are said."""
