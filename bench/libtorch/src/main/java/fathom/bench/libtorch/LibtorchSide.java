package fathom.bench.libtorch;

import fathom.bench.protocol.Server;
import fathom.bench.protocol.Side;
import fathom.bench.work.KernelWork;
import fathom.bench.work.LanguageWork;
import fathom.bench.work.LayerWork;
import fathom.bench.work.ModelWork;
import fathom.bench.work.ProcessWork;
import fathom.bench.work.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Properties;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The libtorch process of the benchmark. */
public final class LibtorchSide implements Side {
    private LibtorchSide() {}

    /** Serves the bench on the standard streams. */
    public static void main(String[] args) throws IOException {
        Natives.unpack();
        torch.set_num_threads(Integer.getInteger("fathom.bench.threads", 1));
        Server.serve(new LibtorchSide());
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "libtorch %s with %s, %d threads",
                version(),
                System.getProperty("fathom.bench.blas"),
                torch.get_num_threads());
    }

    /** {@return the versions of libtorch and of the JavaCPP presets, read from the presets' jar} */
    private static String version() {
        var properties = new Properties();
        try (var in = Tensor.class.getResourceAsStream("/META-INF/maven/org.bytedeco/pytorch/pom.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "of an unknown version");
    }

    @Override
    public Task open(Row row) {
        torch.manual_seed(0);
        return switch (row.work()) {
            case KernelWork w -> Kernels.task(w);
            case LayerWork w -> Layers.task(w, row.libtorch());
            case ModelWork.TrainingStep w -> Training.step(w, row.libtorch());
            case ModelWork.Inference w -> Training.inference(w, row.libtorch());
            case LanguageWork w -> Language.task(w, row.libtorch());
            case ProcessWork w -> Training.step(w.step(), row.libtorch());
        };
    }
}
