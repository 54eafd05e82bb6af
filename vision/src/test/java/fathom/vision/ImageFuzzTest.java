package fathom.vision;

import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.FileFuzz;
import fathom.testkit.GoldenCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is damaged in a picture or an IDX file, it is read or refused with an IOException that names it. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImageFuzzTest {
    @TempDir Path folder;

    private FileFuzz fuzz(FileFuzz.Reader reader) {
        return new FileFuzz(folder, reader, e -> e instanceof IOException);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp", "tiff", "webp"})
    void pictures(String ending) throws IOException {
        List<byte[]> good =
                ImageFilesTest.files().stream()
                        .map(GoldenCase::name)
                        .filter(n -> n.endsWith(ending))
                        .map(ImageFilesTest::file)
                        .toList();
        fuzz(file -> Images.read(file, o -> o.applyExifOrientation(true))).run("x." + ending, good);
    }

    @Test
    void idx() throws IOException {
        var good = new ArrayList<byte[]>();
        for (Tensor t :
                List.of(
                        Tensors.arange(60).to(Tensors.UINT8).reshape(5, 3, 4),
                        Tensors.randn(3, 2),
                        Tensors.ones(0, 2))) {
            for (String name : new String[] {"good", "good.gz"}) {
                Idx.write(folder.resolve(name), t);
                good.add(Files.readAllBytes(folder.resolve(name)));
            }
        }
        fuzz(Idx::read).run("x.idx", good);
    }
}
