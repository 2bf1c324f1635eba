"""Margins to probabilities."""

import json

import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.evaluation.measures import expected_calibration_error
from assistant.models.files import READER_FOLDER
from assistant.reading.calibration import FILE, Calibration, fit_logistic


def test_confidence_is_a_probability_that_rises_with_the_margin() -> None:
    calibration = Calibration(0.7, -2.0, 3.0)
    confidences = [calibration.confidence(margin) for margin in (-1e6, -5.0, 0.0, 5.0, 1e6)]
    assert confidences == sorted(confidences)
    assert (confidences[0], confidences[-1]) == (0.0, 1.0)
    assert calibration.confidence(2.0 / 0.7) == pytest.approx(0.5)


def test_fit_recovers_the_logistic_that_made_the_data() -> None:
    generator = np.random.default_rng(0)
    margins = generator.normal(3, 5, 20_000)
    right = generator.random(20_000) < 1 / (1 + np.exp(-(0.6 * margins - 1.5)))
    slope, intercept = fit_logistic(margins, right)
    assert slope == pytest.approx(0.6, abs=0.03)
    assert intercept == pytest.approx(-1.5, abs=0.1)
    fitted = Calibration(slope, intercept)
    confidences = np.array([fitted.confidence(margin) for margin in margins])
    assert expected_calibration_error(confidences, right) < 0.02


def test_separable_data_stay_finite() -> None:
    margins = np.array([-2.0, -1.0, 1.0, 2.0])
    slope, intercept = fit_logistic(margins, margins > 0)
    assert np.isfinite([slope, intercept]).all()
    assert slope > 1


def test_folders_without_calibration_get_the_default(tmp_path) -> None:
    assert Calibration.of_folder(tmp_path) == Calibration()


def test_the_bundled_reader_is_calibrated_with_provenance() -> None:
    stored = json.loads((READER_FOLDER / FILE).read_text(encoding="utf-8"))
    assert {"data", "date", "command", "reader"} <= set(stored)
    bundled = Calibration.of_folder(READER_FOLDER)
    assert bundled.slope > 0
    assert bundled.no_answer_threshold == stored["no_answer_threshold"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"slope": "steep", "intercept": 0, "no_answer_threshold": 0}'])
def test_a_malformed_file_is_a_model_error(content: str, tmp_path) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(ModelError, match="malformed"):
        Calibration.of_folder(tmp_path)
