"""Local models that learn from people's labels: plain weights, trained and applied on this machine."""

from pipelines.learned.apply import Learned
from pipelines.learned.features import Sample
from pipelines.learned.model import Model, Verdict
from pipelines.learned.sample import feeling_sample, relevance_sample
from pipelines.learned.train import cross_validate, train

__all__ = ["Learned", "Model", "Sample", "Verdict", "cross_validate", "feeling_sample", "relevance_sample", "train"]
