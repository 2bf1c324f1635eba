"""A network that learns from a finished reader too, which may be of another kind and size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelError
from assistant.models.tokenizer import TextTokenizer
from assistant.training.batches import Batch
from assistant.training.network import LOWEST, SpanNetwork, shared_norm
from assistant.training.pretrained import PretrainedModel, pad_token_of

if TYPE_CHECKING:
    import torch


class TaughtNetwork(SpanNetwork):
    """A network that learns from a teacher's distributions as well as from the labels (Hinton et al. 2015).

    Args:
        teacher: a finished reader's files; its tokenizer has to cut text into the same pieces.
        share: of the loss that comes from it, 0..1.
        more: as for ``SpanNetwork``.
    """

    def __init__(
        self, base: PretrainedModel, *, teacher: PretrainedModel, share: float, device: torch.device, **more: Any
    ) -> None:
        """Raises ModelError when the teacher's tokens are others: its distributions would be over other text."""
        self._translation = Translation(base, teacher)
        self._teacher = SpanNetwork(teacher, seed=0, dropout=0.0, device=device)
        self._teacher.module.eval()
        self._share = share
        super().__init__(base, device=device, **more)

    def loss(self, batch: Batch) -> torch.Tensor:
        """The labels' loss and the cross entropy to the teacher, weighed by its share; the labels' alone in eval."""
        import torch

        if not self.module.training:
            return super().loss(batch)
        translated, places = self._translation(batch)
        with torch.no_grad():
            taught = self._teacher.logits(translated)
        moved = self.on_device(places)
        found = self.logits(batch)
        nulls, groups = self.on_device(batch.nulls), self.on_device(batch.groups)
        nowhere = moved < 0
        starts, ends = (
            taught_loss(own, his.gather(1, moved.clamp(min=0)).masked_fill(nowhere, LOWEST), nulls, groups)
            for own, his in zip(found, taught, strict=True)
        )
        return (1 - self._share) * self.label_loss(found, batch) + self._share * (starts + ends) / 2


def taught_loss(own: torch.Tensor, his: torch.Tensor, nulls: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
    """Mean over questions of the cross entropy to the teacher's shares, nats, over all their texts together.

    Args:
        own, his: logits (b, n) of the network and of its teacher.
        nulls, groups: see ``label_loss``.
    """
    (all_own, mine), (all_his, spans) = (
        shared_norm(logits - logits.gather(1, nulls[:, None]), nulls, groups) for logits in (own, his)
    )
    shares = (spans - all_his[groups[:, 0], None]).exp()
    return (all_own - all_own.new_zeros(len(all_own)).index_add(0, groups[:, 0], (shares * mine).sum(1))).mean()


class Translation:
    """A batch of one model's windows as another model's, whose tokenizer has the same pieces under other ids.

    Args:
        own, other: the two models' files.
    """

    def __init__(self, own: PretrainedModel, other: PretrainedModel) -> None:
        """Raises ModelError when the other tokenizer lacks pieces."""
        frames = [_Frame(TextTokenizer.from_file(base.tokenizer)) for base in (own, other)]
        self._own, self._other = frames
        self._pad_token = pad_token_of(other)
        known = frames[1].vocabulary
        lacking = [piece for piece in frames[0].vocabulary if piece not in known and not piece.startswith("[")]
        if lacking:
            raise ModelError(
                f"The teacher {other.weights.parent} cuts text into other pieces than the base: it lacks"
                f" {', '.join(sorted(lacking)[:3])}.",
                "Give a teacher whose tokenizer has the same vocabulary.",
            )
        self._ids = np.zeros(max(frames[0].vocabulary.values()) + 1, np.int64)
        for piece, number in frames[0].vocabulary.items():
            self._ids[number] = known.get(piece, 0)

    def __call__(self, batch: Batch) -> tuple[Batch, NDArray[np.int64]]:
        """The batch in the other model's tokens, and for each position (b, n) where its token went; -1: nowhere."""
        own, other = self._own, self._other
        wider = len(other.before) + len(other.between) + len(other.after)
        wider -= len(own.before) + len(own.between) + len(own.after)
        count, width = batch.input_ids.shape
        ids = np.full((count, width + wider), self._pad_token, np.int64)
        mask = np.zeros(ids.shape, bool)
        places = np.full(batch.input_ids.shape, -1, np.int64)
        places[np.arange(count), batch.nulls] = 0  # "no answer" is the first token
        for row, (at, tokens) in enumerate(batch.slices.tolist()):
            asked = self._ids[batch.input_ids[row, len(own.before) : at - len(own.between)]]
            text = self._ids[batch.input_ids[row, at : at + tokens]]
            moved = np.concatenate([other.before, asked, other.between, text, other.after])
            ids[row, : len(moved)], mask[row, : len(moved)] = moved, True
            start = len(other.before) + len(asked) + len(other.between)
            places[row, at : at + tokens] = np.arange(start, start + tokens)
            places[row, len(own.before) : at - len(own.between)] = len(other.before) + np.arange(len(asked))
        nulls = np.zeros(count, np.int64)
        labels = np.zeros(ids.shape, bool)
        types = np.zeros(ids.shape, np.int64)
        return Batch(
            batch.after, ids, types, mask, labels, labels, nulls, batch.groups, batch.slices, int(mask.sum())
        ), places


class _Frame:
    """A tokenizer's pieces, and its special tokens before, between and after question and text."""

    def __init__(self, tokenizer: TextTokenizer) -> None:
        self.vocabulary = tokenizer.vocabulary()
        question, text = tokenizer.encode(["one", "two"])
        joined = tokenizer.join(question, text)
        first, text_at = joined.ids.index(question.ids[0]), joined.sequence_ids.index(1)
        ids = np.array(joined.ids, np.int64)
        self.before, self.between = ids[:first], ids[first + len(question) : text_at]
        self.after = ids[text_at + len(text) :]
