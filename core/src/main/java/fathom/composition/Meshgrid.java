package fathom.composition;

import fathom.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Grids of coordinates. */
public final class Meshgrid {
    private Meshgrid() {}

    public static List<Tensor> of(List<Tensor> tensors, String indexing) {
        if (!indexing.equals("ij") && !indexing.equals("xy")) {
            throw new IllegalArgumentException("meshgrid: indexing must be \"ij\" or \"xy\", not \"" + indexing + "\"");
        }
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("meshgrid: expected at least one tensor");
        }
        int rank = tensors.size();
        var shape = new long[rank];
        for (int d = 0; d < rank; d++) {
            Tensor t = tensors.get(d);
            if (t.dim() > 1 || t.dtype() != tensors.getFirst().dtype()) {
                throw new IllegalArgumentException(
                        "meshgrid: expected one-dimensional tensors of one type, not %s of %s beside %s of %s"
                                .formatted(
                                        t.shape(), t.dtype(), tensors.getFirst().shape(), tensors.getFirst().dtype()));
            }
            shape[d] = t.numel();
        }
        boolean swap = indexing.equals("xy") && rank > 1;
        var grids = new ArrayList<Tensor>();
        for (int d = 0; d < rank; d++) {
            var along = new long[rank];
            Arrays.fill(along, 1);
            along[d] = shape[d];
            Tensor grid = tensors.get(d).reshape(along).expand(shape);
            grids.add(swap ? grid.transpose(0, 1) : grid);
        }
        return grids;
    }
}
