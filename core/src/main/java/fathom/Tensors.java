package fathom;

/**
 * The static entry points: everything that makes or combines tensors and is not a method of one. Meant for {@code
 * import static fathom.Tensors.*}. Its families stand in files of their own: {@link Creation}, {@link RandomCreation},
 * {@link Joining}, {@link NeuralFunctions}, {@link LossFunctions}, {@link ElementwiseFunctions}, {@link
 * TensorFunctions}, ...
 */
public final class Tensors extends TensorFunctions {
    private Tensors() {}

    /** {@link DType#FLOAT32}. */
    public static final DType FLOAT32 = DType.FLOAT32;

    /** {@link DType#FLOAT64}. */
    public static final DType FLOAT64 = DType.FLOAT64;

    /** {@link DType#BFLOAT16}. */
    public static final DType BFLOAT16 = DType.BFLOAT16;

    /** {@link DType#FLOAT16}. */
    public static final DType FLOAT16 = DType.FLOAT16;

    /** {@link DType#INT64}. */
    public static final DType INT64 = DType.INT64;

    /** {@link DType#INT32}. */
    public static final DType INT32 = DType.INT32;

    /** {@link DType#INT16}. */
    public static final DType INT16 = DType.INT16;

    /** {@link DType#INT8}. */
    public static final DType INT8 = DType.INT8;

    /** {@link DType#UINT8}. */
    public static final DType UINT8 = DType.UINT8;

    /** {@link DType#BOOL}. */
    public static final DType BOOL = DType.BOOL;

    /** {@link KeepDim#KEEP_DIM}. */
    public static final KeepDim KEEP_DIM = KeepDim.KEEP_DIM;

    /** {@return the dimensions, for operations over several} */
    public static int[] dims(int... dims) {
        return dims;
    }
}
