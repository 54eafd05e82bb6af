package fathom.bench.libtorch;

import fathom.bench.work.Row.LibtorchMode;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** libtorch's modes: memory format and autocast. */
final class Modes {
    private Modes() {}

    /** {@return {@code images}, or a channels-last copy of them} */
    static Tensor layout(Tensor images, LibtorchMode mode) {
        return mode.isChannelsLast() ? images.contiguous(torch.MemoryFormat.ChannelsLast) : images;
    }

    /** Converts convolution weights to the mode's memory format, as {@code model.to(memory_format=...)} does. */
    static void layout(TensorVector parameters, LibtorchMode mode) {
        for (long i = 0; i < parameters.size(); i++) {
            Tensor p = parameters.get(i);
            if (p.dim() == 4) {
                p.set_data(layout(p.detach(), mode));
            }
        }
    }

    /** {@return the result of {@code forward}, under autocast to bfloat16 if the mode has it} */
    static <T> T in(LibtorchMode mode, Supplier<T> forward) {
        if (!mode.isAutocast()) {
            return forward.get();
        }
        torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
        torch.set_autocast_enabled(torch.DeviceType.CPU, true);
        try {
            return forward.get();
        } finally {
            torch.set_autocast_enabled(torch.DeviceType.CPU, false);
            torch.clear_cache(); // the cache of weights cast to bfloat16, as at the end of Python's autocast block
        }
    }
}
