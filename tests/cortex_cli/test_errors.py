from cortex_cli import errors
from cortexd.api.errors import DaemonUnreachable


def test_each_error_has_its_exit_status() -> None:
    assert errors.exit_status(DaemonUnreachable("x")) == 1
    assert errors.exit_status(errors.Failure("x")) == 1
    assert errors.exit_status(errors.UsageError("x")) == 2
    assert errors.exit_status(errors.NothingFound("x")) == 3
    assert errors.exit_status(errors.AlreadyReported(1)) == 1
