package fathom.linalg;

import fathom.DType;
import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The tolerance at or below which singular values are treated as 0.
 *
 * @param absolute the absolute tolerance
 * @param relative the tolerance relative to the largest singular value
 */
public record Cutoff(double absolute, double relative) {
    /**
     * PyTorch's defaults.
     *
     * @param matrices [..., m, n]
     * @param atol null for 0
     * @param rtol null for max(m, n) times the type's machine epsilon or, if {@code atol} is positive, 0
     */
    public static Cutoff of(Tensor matrices, @Nullable Double atol, @Nullable Double rtol) {
        double absolute = atol == null ? 0 : atol;
        if (rtol != null) {
            return new Cutoff(absolute, rtol);
        }
        double extent = Math.max(matrices.size(-2), matrices.size(-1));
        return new Cutoff(absolute, absolute > 0 ? 0 : extent * epsilon(matrices.dtype()));
    }

    /** {@return the machine epsilon} */
    private static double epsilon(DType t) {
        return switch (t) {
            case FLOAT64 -> 0x1p-52;
            case FLOAT32 -> 0x1p-23;
            case FLOAT16 -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            default -> throw new IllegalArgumentException(t + " is not a floating type");
        };
    }

    /** {@return the tolerance for a matrix with this largest singular value: the larger of both} */
    double below(double greatest) {
        return Math.max(absolute, relative * greatest);
    }
}
