package fathom.cuda;

import fathom.cuda.driver.DriverGpu;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.host.HostGpu;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The GPUs of this process. The system property {@code fathom.cuda} chooses: {@code auto}, those of NVIDIA's driver;
 * {@code none}; {@code host}, one that the processor plays, for tests of kernels without a card.
 */
final class Gpus {
    private static final @Nullable Gpu[] OPENED = new @Nullable Gpu[64];

    private Gpus() {}

    private static String mode() {
        String mode = System.getProperty("fathom.cuda", "").strip().toLowerCase(Locale.ROOT);
        return mode.isEmpty() ? "auto" : mode;
    }

    static boolean isHost() {
        return mode().equals("host");
    }

    /** {@return the number of GPUs} */
    static int count() {
        return switch (mode()) {
            case "none" -> 0;
            case "host" -> 1;
            default -> Math.min(OPENED.length, DriverGpu.count());
        };
    }

    /** {@return what there is, in one line} */
    static String status() {
        return switch (mode()) {
            case "none" -> "switched off by fathom.cuda=none";
            case "host" -> "the processor plays a GPU (fathom.cuda=host), for tests";
            default -> DriverGpu.status();
        };
    }

    /** {@return a GPU, opened at the first request} */
    static Gpu get(int index) {
        synchronized (OPENED) {
            Gpu gpu = OPENED[index];
            if (gpu == null) {
                gpu = isHost() ? hostGpu() : DriverGpu.open(index);
                OPENED[index] = gpu;
            }
            return gpu;
        }
    }

    private static Gpu hostGpu() {
        String cache = System.getProperty("fathom.cuda.cache", "");
        Path folder =
                cache.isEmpty() ? Path.of(System.getProperty("java.io.tmpdir"), "fathom-cuda-host") : Path.of(cache);
        return new HostGpu(folder, "c++");
    }
}
