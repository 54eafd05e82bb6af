package fathom;

import fathom.primitive.Spec;

/** Factories of tensors on this tensor's device and, unless specified, with its type. */
public sealed interface FactoryOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** {@return an uninitialised tensor of this tensor's type and on its device} */
    default Tensor newEmpty(long... shape) {
        return newEmpty(self().dtype(), shape);
    }

    /** {@return an uninitialised tensor on this tensor's device} */
    default Tensor newEmpty(DType dtype, long... shape) {
        return Dispatch.allocate(Spec.of(dtype, Shape.of(shape).dims()), self().storage().allocator());
    }

    /** {@return a tensor of zeros of this tensor's type and on its device} */
    default Tensor newZeros(long... shape) {
        return newZeros(self().dtype(), shape);
    }

    /** {@return a tensor of zeros on this tensor's device} */
    default Tensor newZeros(DType dtype, long... shape) {
        return newFull(0, dtype, shape);
    }

    /** {@return a tensor of ones of this tensor's type and on its device} */
    default Tensor newOnes(long... shape) {
        return newOnes(self().dtype(), shape);
    }

    /** {@return a tensor of ones on this tensor's device} */
    default Tensor newOnes(DType dtype, long... shape) {
        return newFull(1, dtype, shape);
    }

    /** {@return a tensor filled with one number, of this tensor's type and on its device} */
    default Tensor newFull(long[] shape, Number value) {
        return newFull(value, self().dtype(), shape);
    }

    /** {@return a tensor filled with one number, on this tensor's device} */
    default Tensor newFull(Number value, DType dtype, long... shape) {
        return newEmpty(dtype, shape).fill_(value);
    }

    /**
     * {@return a tensor of the numbers of a Java array of any depth, or of a tensor, of this tensor's type and on its
     * device}
     *
     * @throws IllegalArgumentException if rows differ in length
     */
    default Tensor newTensor(Object array) {
        return newTensor(array, self().dtype());
    }

    /** {@return a tensor of the numbers of a Java array of any depth, or of a tensor, on this tensor's device} */
    default Tensor newTensor(Object array, DType dtype) {
        Tensor at = array instanceof Tensor t ? t.to(self().device()) : self();
        return Device.at(at, () -> Tensors.tensor(array instanceof Tensor ? at : array, dtype));
    }
}
