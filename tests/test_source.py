"""What every source builds on: batches, secrets, and finding kinds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.errors import CredentialError, SourceError
from listening.post import Checkpoint, Post, Reject
from listening.source import Credential, SourceOptions, batches, find, kinds

ITEM = st.one_of(
    st.integers(0, 9).map(lambda n: Post("p", str(n), "", "text", datetime(2026, 1, 1, tzinfo=UTC))),
    st.integers(0, 9).map(lambda n: Checkpoint("key", str(n))),
    st.just(Reject("bad")),
)


@given(st.lists(ITEM, max_size=60), st.integers(1, 7))
def test_batches_keep_everything_in_order_and_checkpoints_after_their_posts(
    items: list[Post | Checkpoint | Reject], size: int
) -> None:
    found = list(batches(items, size=size, clock=lambda: 0.0))
    back: list[object] = []
    for batch in found:
        assert len(batch.posts) + len(batch.rejects) <= size
        assert len(batch.checkpoints) <= 1
        back += [*batch.posts, *batch.rejects, *batch.checkpoints]
    order = [item for item in items if not isinstance(item, Reject)]
    assert [item for item in back if not isinstance(item, Reject)] == order
    assert sum(isinstance(item, Reject) for item in back) == sum(isinstance(item, Reject) for item in items)


def test_a_slow_stream_closes_batches_by_age() -> None:
    seconds = 0.0

    def stream() -> Iterator[Post]:
        nonlocal seconds
        for number in range(4):
            seconds += 1.5
            yield Post("p", str(number), "", "text")

    assert [len(batch.posts) for batch in batches(stream(), age=2.0, clock=lambda: seconds)] == [2, 2]


def test_secrets_come_from_the_environment_or_a_private_file(tmp_path: Path) -> None:
    credential = Credential("key", "LISTENING_X_KEY", "the key")
    assert credential.read({}) is None
    assert credential.read({"LISTENING_X_KEY": "s3cret"}) == "s3cret"
    file = tmp_path / "key"
    file.write_text("from file\n")
    file.chmod(0o600)
    assert credential.read({"LISTENING_X_KEY_FILE": str(file)}) == "from file"
    file.chmod(0o644)
    with pytest.raises(CredentialError, match="chmod 600") as caught:
        credential.read({"LISTENING_X_KEY_FILE": str(file)})
    assert "from file" not in str(caught.value)
    with pytest.raises(CredentialError, match="cannot be read"):
        credential.read({"LISTENING_X_KEY_FILE": str(tmp_path / "none")})


def test_the_command_line_can_pass_lists() -> None:
    class Options(SourceOptions):
        names: list[str] = []
        text: str = ""

    assert Options.model_validate({"names": "a, b", "text": "a, b"}) == Options(names=["a", "b"], text="a, b")


def test_kinds_are_the_files_in_spiders() -> None:
    folder = Path(__file__).parents[1] / "spiders"
    assert set(kinds()) == {path.stem for path in folder.glob("*.py")} - {"__init__"}
    for name, kind in kinds().items():
        assert kind.kind == name
        assert kind.summary
        assert find(name) is kind
    with pytest.raises(SourceError, match="there are: "):
        find("nothing")


def test_every_kind_has_cases() -> None:
    fixtures = Path(__file__).parent / "fixtures"
    for name in kinds():
        assert [path for path in (fixtures / name).iterdir() if path.is_dir()], f"{name} has no fixture case"
