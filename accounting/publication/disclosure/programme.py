"""Linear programmes over one table, solved one after the other by a solver that keeps what it knows. Pure.

All programmes of a table have the same equations and differ in bounds and costs; started from the last answer, one
takes milliseconds where a programme of its own takes seconds (HiGHS, https://highs.dev, by ``highspy``).
"""

from __future__ import annotations

import highspy
import numpy as np
import scipy  # its parts are loaded when first used

STATUS = highspy.HighsModelStatus


class Programme:
    """Minimise cost · x subject to *equations* @ x = 0 and low <= x <= high."""

    def __init__(self, equations: scipy.sparse.csr_array) -> None:
        matrix = scipy.sparse.csc_array(equations)
        self.count = matrix.shape[1]
        self._every = np.arange(self.count, dtype=np.int32)
        self._whole = False
        self._solver = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off")):
            self._solver.setOptionValue(option, value)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.count, matrix.shape[0]
        model.col_cost_ = model.col_lower_ = model.col_upper_ = np.zeros(self.count)
        model.row_lower_ = model.row_upper_ = np.zeros(matrix.shape[0])
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = matrix.indptr
        model.a_matrix_.index_ = matrix.indices
        model.a_matrix_.value_ = matrix.data
        self._solver.passModel(model)

    def solve(
        self,
        cost: np.ndarray,
        low: np.ndarray,
        high: np.ndarray,
        *,
        afresh: bool = False,
        whole: bool = False,
    ) -> np.ndarray | None:
        """Return x; None when there is none. *afresh*: do not start from the last answer (bounds moved far from it).

        *whole*: x in whole numbers. Raises Unbounded, and RuntimeError when the solver gives up.
        """
        solver = self._solver
        if whole != self._whole:
            kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
            solver.changeColsIntegrality(self.count, self._every, np.full(self.count, kind))
            solver.setOptionValue("presolve", "on" if whole else "off")
            self._whole = whole
        if afresh or whole:
            solver.clearSolver()
        solver.changeColsBounds(self.count, self._every, low, high)
        solver.changeColsCost(self.count, self._every, cost)
        solver.run()
        status = solver.getModelStatus()
        if status == STATUS.kOptimal:
            return np.array(solver.getSolution().col_value)
        if status == STATUS.kInfeasible:
            return None
        if status in (STATUS.kUnbounded, STATUS.kUnboundedOrInfeasible):
            raise Unbounded
        raise RuntimeError(f"the solver stopped without an answer: {solver.modelStatusToString(status)}")


class Unbounded(Exception):
    """The programme has no least value."""
