package fathom.linalg;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;

/**
 * The thin singular value decomposition of one matrix [m, n], in descending order of singular values.
 *
 * @param u left vectors, as columns [m, k], k = min(m, n)
 * @param s values [k]
 * @param vt right vectors, as rows [k, n]
 */
record ThinSvd(DMatrixRMaj u, DMatrixRMaj s, DMatrixRMaj vt) {
    static ThinSvd of(String operation, int number, DMatrixRMaj a) {
        Matrices.requireFinite(operation, number, a);
        var svd = DecompositionFactory_DDRM.svd(a.numRows, a.numCols, true, true, true);
        if (!svd.decompose(a.copy())) {
            throw Matrices.failure(
                    operation, number, "not decomposed: the iteration for singular values did not converge");
        }
        DMatrixRMaj u = svd.getU(null, false);
        DMatrixRMaj w = svd.getW(null);
        DMatrixRMaj v = svd.getV(null, false);
        SingularOps_DDRM.descendingOrder(u, false, w, v, false);
        int count = Math.min(a.numRows, a.numCols);
        var s = new DMatrixRMaj(count, 1);
        for (int d = 0; d < count; d++) {
            s.set(d, w.get(d, d));
        }
        DMatrixRMaj left = CommonOps_DDRM.extract(u, 0, a.numRows, 0, count);
        DMatrixRMaj right = CommonOps_DDRM.extract(v, 0, a.numCols, 0, count);
        return new ThinSvd(left, s, CommonOps_DDRM.transpose(right, null));
    }

    /** {@return V diag(1 / s) U^T, without the values treated as 0} */
    DMatrixRMaj pseudoInverse(Cutoff cutoff) {
        double least = cutoff.below(s.get(0));
        var scaled = vt.copy();
        for (int k = 0; k < s.getNumElements(); k++) {
            double inverse = s.get(k) > least ? 1 / s.get(k) : 0;
            for (int c = 0; c < vt.numCols; c++) {
                scaled.set(k, c, vt.get(k, c) * inverse);
            }
        }
        var p = new DMatrixRMaj(vt.numCols, u.numRows);
        CommonOps_DDRM.multTransAB(scaled, u, p);
        return p;
    }
}
