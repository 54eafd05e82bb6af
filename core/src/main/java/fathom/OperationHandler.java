package fathom;

import fathom.ir.Kernel;
import fathom.memory.Storage;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.ScalarSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Is told by the dispatcher, by tensors and by generators of what a thread does, in order: the capture of a step
 * ({@link Tracing}) is one. Operations do not know whether there is a handler; see {@link Handlers}.
 */
interface OperationHandler {
    /** {@return what marks the tensors and generators that are made while this handler is active; never 0} */
    long number();

    /** An operation is about to use a tensor, or Java looked at its shape, its type or whether it wants a gradient. */
    void using(Tensor tensor);

    /** Operations are about to use tensors. */
    default void using(Tensor[] tensors) {
        for (Tensor t : tensors) {
            using(t);
        }
    }

    /** Memory was taken for a new tensor. */
    void allocated(Storage storage);

    /** A backend is about to compute outputs. */
    void computing(Computed primitive, Operand[] in, Tensor[] inputs, Operand[] out, Tensor[] outputs);

    /** A backend is about to run one kernel over many sets of tensors. */
    void updating(
            Kernel kernel,
            ScalarSource scalars,
            List<Operand[]> in,
            List<Tensor[]> inputs,
            List<Operand[]> out,
            List<Tensor[]> outputs);

    /** A number is about to be looked at by {@link Dispatch#check(Tensor, DoubleConsumer)}. */
    void checking(Tensor number, Operand operand, LongConsumer look);

    /** A number that Java gives is about to be written. */
    void feeding(Tensor number, Operand operand, LongConsumer write);

    /** Java is about to read or write memory by its address. */
    void exposing(Storage storage);

    /** A tensor is about to be copied to another device. */
    void copying(Device from, Device to);

    /** A tensor is about to be excepted from release. */
    void keeping(Tensor tensor);

    /** A tensor is about to be changed other than in its values. */
    void changing(Tensor tensor, String how);

    /**
     * Something in Java is about to be changed.
     *
     * @param what completes "it changes ..."
     */
    void changing(String what);

    /**
     * A leaf's gradient was asked for.
     *
     * @return whether the handler did not know the leaf
     */
    boolean readingGradient(Tensor leaf, @Nullable Tensor gradient);

    /** A leaf's gradient is about to be replaced. */
    void replacingGradient(Tensor leaf, @Nullable Tensor gradient);

    /** A generator was drawn from. */
    void drawn(long number, Generator.@Nullable Opening open, Generator generator);

    /**
     * A generator that was made before is about to be used other than by drawing from it.
     *
     * @param what says how: "seeds a generator"
     */
    void usingGenerator(String what);

    /** What the operations do depends on a condition. */
    void guard(BooleanSupplier condition, String name);

    /** A block or an optimiser is at work. */
    void using(Object owner);

    /** A block or an optimiser is being made. */
    void made(Object owner);
}
