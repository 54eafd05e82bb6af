package fathom;

/** Text of tensors. */
final class TensorPrinter {
    private TensorPrinter() {}

    static String print(Tensor t) {
        return "tensor("
                + java.util.Arrays.toString(t.toDoubleArray())
                + ", shape="
                + t.shape()
                + ", dtype="
                + t.dtype().torchName()
                + ")";
    }
}
