"""Every sentence the assistant says: one Jinja2 template a file, none of them in code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import PromptError

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REMEDY = "Restore the shipped file, or point the setting 'prompts' at a complete folder."


class Prompts:
    """The sentence templates of one folder.

    Texts are plain: a caller that shows them in HTML escapes them. Templates run in a sandbox and can
    include other files of their folder only.
    """

    def __init__(self, folder: Path, environment: SandboxedEnvironment) -> None:
        """Use ``Prompts.open``, which checks the folder and makes the environment."""
        self.folder = folder
        self._environment = environment

    @classmethod
    def open(cls, folder: Path | None = None) -> Prompts:
        """The templates in ``folder``, by default the shipped ones.

        Raises PromptError when there is no such folder.
        """
        from jinja2 import FileSystemLoader, StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment

        place = _shipped_folder() if folder is None else Path(folder)
        if not place.is_dir():
            raise PromptError(f"There is no folder of sentence templates at {place}.", _REMEDY)
        environment = SandboxedEnvironment(
            loader=FileSystemLoader(place, encoding="utf-8"),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
        )
        return cls(place, environment)

    def say(self, name: str, **variables: object) -> str:
        """The sentence of template ``name`` (without ".txt"), blank edges removed.

        Variables a template does not use are ignored. Raises PromptError naming the file when it is
        missing or malformed, and also the variable when one that it uses is not given.
        """
        from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError

        path = self.folder / f"{name}.txt"
        if not _NAME.fullmatch(name):
            raise PromptError(f"{name!r} is not a template name.", "Use small letters, digits and underscores.")
        try:
            return self._environment.get_template(path.name).render(variables).strip()
        except TemplateNotFound as error:
            raise PromptError(
                f"The sentence template {self.folder / (error.name or path.name)} is missing.", _REMEDY
            ) from error
        except TemplateSyntaxError as error:
            problem = f"The sentence template {error.filename or path}:{error.lineno} is malformed: {error.message}."
            raise PromptError(problem, "Correct that line.") from error
        except UndefinedError as error:
            problem = f"The sentence template {path} uses a variable that is not given: {error.message}."
            raise PromptError(problem, "Use only the variables its first line lists.") from error
        except (TemplateError, ArithmeticError, AttributeError, TypeError, ValueError, OSError) as error:
            raise PromptError(f"The sentence template {path} cannot be used: {error}.", _REMEDY) from error

    def examples(self) -> list[str]:
        """Example questions, in the file's order."""
        return [line.strip() for line in self.say("examples").splitlines() if line.strip()]


def _shipped_folder() -> Path:
    """Inside an installed package, else at the top of the repository."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "prompts"
    return inside if inside.is_dir() else package.parent / "prompts"
