package fathom;

import java.util.Locale;

/**
 * The type of a tensor's elements. Names, sizes and promotion are PyTorch's. Programs and error messages name a type by
 * its constant, {@code FLOAT32}; printed tensors show PyTorch's {@link #torchName}, {@code torch.float32}.
 *
 * @see <a href="https://pytorch.org/docs/stable/tensor_attributes.html">PyTorch: tensor attributes</a>
 */
public enum DType {
    /** 32-bit IEEE 754 floating point; the default for floating literals. */
    FLOAT32(4, Kind.FLOATING),
    /** 64-bit IEEE 754 floating point. */
    FLOAT64(8, Kind.FLOATING),
    /** The upper half of a float32: 8 exponent bits, 7 fraction bits. */
    BFLOAT16(2, Kind.FLOATING),
    /** 16-bit IEEE 754 floating point. */
    FLOAT16(2, Kind.FLOATING),
    /** Signed 64-bit integers; the default for integer literals. */
    INT64(8, Kind.INTEGRAL),
    /** Signed 32-bit integers. */
    INT32(4, Kind.INTEGRAL),
    /** Signed 16-bit integers. */
    INT16(2, Kind.INTEGRAL),
    /** Signed 8-bit integers. */
    INT8(1, Kind.INTEGRAL),
    /** Unsigned 8-bit integers. */
    UINT8(1, Kind.INTEGRAL),
    /** Booleans, one byte each: 0 or 1. */
    BOOL(1, Kind.BOOLEAN);

    private enum Kind {
        BOOLEAN,
        INTEGRAL,
        FLOATING
    }

    private final int size;
    private final Kind kind;

    DType(int size, Kind kind) {
        this.size = size;
        this.kind = kind;
    }

    /** {@return the bytes of one element} */
    public int size() {
        return size;
    }

    /** {@return whether this is one of the floating-point types} */
    public boolean isFloating() {
        return kind == Kind.FLOATING;
    }

    /** {@return whether this is one of the integer types (bool is not)} */
    public boolean isIntegral() {
        return kind == Kind.INTEGRAL;
    }

    /** {@return PyTorch's printed name of the type: {@code torch.float32}} */
    public String torchName() {
        return "torch." + name().toLowerCase(Locale.ROOT);
    }

    /**
     * {@return this type if it is floating, else {@link #FLOAT32}: the type of a true quotient, a mean, a logarithm}
     */
    public DType toFloating() {
        return isFloating() ? this : FLOAT32;
    }

    /** {@return {@link #INT64} for integers and booleans, else this type: the type of a sum or product} */
    public DType toAccumulating() {
        return isFloating() ? this : INT64;
    }

    /**
     * {@return whether a value of this type may be written into a tensor of type {@code to} in place (PyTorch's
     * can_cast)}
     */
    public boolean canCastTo(DType to) {
        return to.kind.compareTo(kind) >= 0;
    }

    /**
     * The result type of two tensors.
     *
     * @return PyTorch's promotion: the wider of two floats or of two signed integers, the float where one is a float,
     *     float32 for float16 with bfloat16, the next wider signed type for uint8 with int8
     */
    public static DType promote(DType a, DType b) {
        if (a == b) {
            return a;
        }
        if (a.kind != b.kind) {
            return a.kind.compareTo(b.kind) > 0 ? a : b;
        }
        if (a.kind == Kind.FLOATING) {
            return a.size == b.size ? FLOAT32 : a.size > b.size ? a : b;
        }
        if (a.size == b.size) {
            return INT16; // uint8 with int8: neither includes the other
        }
        return a.size > b.size ? a : b;
    }

    /**
     * The result type of a tensor and a Java number.
     *
     * @param scalar the number; only its category counts, so that {@code int32 + 1} stays int32 and {@code int64 + 1.5}
     *     becomes float32
     */
    public static DType promote(DType tensor, Number scalar) {
        return promoteCategory(tensor, ofCategory(scalar));
    }

    /** {@return {@code weak} if its category is above that of {@code tensor}, else {@code tensor}} */
    public static DType promoteCategory(DType tensor, DType weak) {
        return weak.kind.compareTo(tensor.kind) > 0 ? weak : tensor;
    }

    /** {@return the default type of a Java number: int64 for integers, float32 for floating ones} */
    public static DType ofCategory(Number scalar) {
        return scalar instanceof Double || scalar instanceof Float ? FLOAT32 : INT64;
    }
}
