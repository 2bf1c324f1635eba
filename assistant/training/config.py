"""How a reader is trained: one TOML file, every key of it checked."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import SettingsError

#: How a reader is trained when nothing else is said.
DEFAULT = Path(__file__).with_name("reader.toml")

Share = Field(0.0, ge=0, le=1)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Examples(_Part):
    """What an epoch is made of.

    Attributes:
        passes: for each data file (name without endings), how often an epoch asks each of its questions; 0.4 asks
            two fifths of them, a different draw each epoch.
        cropped: share of questions read over a part of their context, as long as a passage of the index.
        joined: share read over their context and another paragraph of the article, as neighbours are joined.
        retyped: share asked as people type: no question mark, headline style, typos.
        unanswerable: share asked once more, changed so that the context does not answer it.
        neighbours: share asked once more over another paragraph of the article that lacks the answer.
        retrieved: share asked once more over a passage that the project's own retriever returns and that lacks it.
        held_out: questions of each file that are never trained on, for the log's validation figures.
    """

    passes: dict[str, Annotated[float, Field(ge=0)]]
    cropped: float = Share
    joined: float = Share
    retyped: float = Share
    unanswerable: float = Share
    neighbours: float = Share
    retrieved: float = Share
    held_out: int = Field(40, ge=0)


class Optimiser(_Part):
    """How weights move.

    Attributes:
        tokens: length of the whole run, padding not counted.
        batch_tokens: tokens of a batch, padding counted.
        peak_rate: learning rate after warm-up.
        warmup, decay: first and last share of the run, in which the rate rises to, falls from the peak.
        weight_decay: of AdamW (Loshchilov and Hutter 2019); not for biases and norms.
        clip: largest norm of the gradient.
        averaging: decay per batch of the running average of weights that is kept at the end; 0: the last weights.
        dropout: in the encoder.
        train_embeddings: whether token embeddings move too.
        frozen_layers: how many of the lowest layers stay as they are (then the embeddings must).
        pooled: share of the loss that is over all texts of a question together, 0..1; the rest is over each window
            by itself.
    """

    tokens: int = Field(ge=1)
    batch_tokens: int = Field(4096, ge=1)
    peak_rate: float = Field(2e-4, gt=0)
    warmup: float = Field(0.03, ge=0, lt=1)
    decay: float = Field(0.3, ge=0, le=1)
    weight_decay: float = Field(0.01, ge=0)
    clip: float = Field(1.0, gt=0)
    averaging: float = Field(0.0, ge=0, lt=1)
    dropout: float = Share
    train_embeddings: bool = False
    frozen_layers: int = Field(0, ge=0)
    pooled: float = Share


class Teacher(_Part):
    """A finished reader that the run learns from too (Hinton et al. 2015; of its own size: Furlanello et al. 2018).

    Attributes:
        reader: its folder.
        share: of the loss that is the cross entropy to the teacher's distributions in place of the labels.
    """

    reader: str
    share: float = Field(0.5, gt=0, le=1)


class TrainingConfig(_Part):
    """Everything a run depends on besides its data.

    Attributes:
        seed: of every draw.
        base: "bundled-embedder" for the encoder of the bundled embedder, or a folder with a BERT or MPNet encoder or
            reader.
        layers: how many layers of the base are kept, from the lowest; None: all.
        max_length: longest window in tokens.
        examples, optimiser, teacher: see there.
    """

    seed: int = 0
    base: str = "bundled-embedder"
    layers: int | None = Field(None, ge=1)
    max_length: int = Field(384, ge=32, le=512)
    examples: Examples
    optimiser: Optimiser
    teacher: Teacher | None = None


def load_config(path: Path = DEFAULT) -> TrainingConfig:
    """The configuration in a TOML file.

    Raises:
        SettingsError: naming the file and the key, when it cannot be read or says something impossible.
    """
    try:
        return TrainingConfig.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"Cannot read {path}: {error.strerror}.", "Check --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.", "Correct that line.") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, item['loc']))}: {item['msg']} (got {item['input']!r})" for item in error.errors()
        )
        raise SettingsError(f"{path} cannot be used: {problems}.", f"Compare it with {DEFAULT.name}.") from error
