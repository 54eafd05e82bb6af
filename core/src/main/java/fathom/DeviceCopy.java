package fathom;

import fathom.memory.Allocator;
import fathom.memory.Pins;
import fathom.memory.Storage;
import fathom.memory.Transfers;
import fathom.primitive.Broadcasting;
import fathom.primitive.Composed;
import fathom.primitive.Layouts;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * A copy to another device; its gradient is copied back. Dense tensors keep their strides.
 *
 * @param from the tensor's device
 * @param to the copy's device
 * @param nonBlocking whether the copy may still be under way when it is returned
 */
record DeviceCopy(Device from, Device to, boolean nonBlocking) implements Composed {
    @Override
    public String name() {
        return "to";
    }

    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor x = inputs[0];
        Tensor dense = isDense(x) ? x : x.contiguous();
        long[] strides = x == dense ? x.rawStrides() : Layouts.contiguous(x.rawShape());
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.copying(from, to);
        }
        Tensor y = Dispatch.allocate(new Spec(x.dtype(), x.rawShape(), strides), to.memory());
        if (to != Device.META) {
            copy(dense, y);
        }
        return new Tensor[] {y};
    }

    private static boolean isDense(Tensor x) {
        for (long stride : x.rawStrides()) {
            if (stride < 0) {
                return false;
            }
        }
        return Broadcasting.isDense(x.rawShape(), x.rawStrides());
    }

    private void copy(Tensor x, Tensor y) {
        Storage target = y.storage();
        Allocator there = x.storage().allocator();
        try (var pin = Pins.of(x.storage())) {
            boolean pending =
                    Transfers.copy(
                            there, x.dataAddress(), target.allocator(), target.address(), x.numel() * x.dtype().size());
            if (nonBlocking) {
                from.keepUntilSynchronized(pending ? target : null);
            } else {
                there.memory().synchronize();
                target.allocator().memory().synchronize();
            }
        }
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(y);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        return new @Nullable Tensor[] {g == null ? null : g.to(from)};
    }
}
