package fathom.cli;

import fathom.Tensor;
import fathom.vision.Images;
import fathom.vision.ocr.Ocr;
import fathom.vision.ocr.OcrModels;
import fathom.vision.ocr.OcrPicture;
import fathom.vision.ocr.TextLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the text in images. */
@Command(
        name = "ocr",
        description = {
            "Read the text in images, Chinese and English, with the models of PP-OCRv4.",
            "Each line is printed with its confidence and the corners of its box."
        },
        showDefaultValues = true)
final class OcrCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(
            arity = "1..*",
            paramLabel = "IMAGE",
            description = "Image files or folders, oriented according to EXIF.")
    private List<Path> images = new ArrayList<>();

    @Option(
            names = "--models",
            paramLabel = "DIR",
            description =
                    "The folder with the models: *det*.onnx, *rec*.onnx, *cls*.onnx, *keys*.txt. Default: ppocr in FATHOM_DATA"
                            + " or in the cache, where npm downloads them to.")
    private @Nullable Path models;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "The picture to write, FILE.png: the image with its boxes, the text beside it. For one image only.")
    private @Nullable Path out;

    @Option(
            names = "--max-side",
            paramLabel = "PIXELS",
            defaultValue = "960",
            description = "Reduce larger images to this side to find text; more finds smaller text.")
    private int maxSide;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        var files = new ArrayList<Path>();
        for (Path image : images) {
            if (Files.isDirectory(image)) {
                files.addAll(Images.files(image));
            } else {
                files.add(image);
            }
        }
        if (out != null && files.size() != 1) {
            throw new ParameterException(spec.commandLine(), "--out is for one image, not for " + files.size());
        }
        Path folder = models != null ? models : OcrModels.folder(line -> print.println("fathom ocr: " + line));
        Ocr ocr = Ocr.load(folder, o -> o.maxSide(maxSide));
        for (Path file : files) {
            Tensor image = Images.read(file, o -> o.applyExifOrientation(true));
            List<TextLine> lines = ocr.read(image);
            if (files.size() > 1) {
                print.println(file);
            }
            lines.forEach(print::println);
            if (lines.isEmpty()) {
                print.println("no text found");
            }
            if (out != null) {
                Images.write(out, Images.toTensor(OcrPicture.draw(image, lines)));
                print.println("wrote " + out);
            }
        }
        print.flush();
        return 0;
    }
}
