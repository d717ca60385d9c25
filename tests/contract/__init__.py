"""What every engine must do."""

import pytest

pytest.register_assert_rewrite("tests.contract.behaviours")  # checks aren't in test modules, and should say what failed
