import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 13.12, Neural Style Transfer: the content of a photograph in the style of a painting, by the
 * features of VGG-19. Without its weights a small network learns some filters first, which gives a plainer picture.
 */
static final int HEIGHT = 300, WIDTH = 450, STEPS = 500;

/** One of the course's pictures; if they are not here, a drawn one. */
Tensor picture(String name, int instead) throws IOException {
    Tensor image;
    try {
        image = Images.read(DataHub.standard().file("pictures", name));
    } catch (IOException | UncheckedIOException e) {
        image = Voc2012.image(Voc2012.standIn(o -> {}).train().get(instead).x());
    }
    return Transforms.resize(HEIGHT, WIDTH).apply(image);
}

void main() throws IOException {
    manualSeed(0);
    var content = picture("rainier.jpg", 0);
    var style = picture("autumn-oak.jpg", 1);
    IO.println(content.shape() + " " + style.shape());      //> [3, 300, 450] [3, 300, 450]

    var weights = Path.of("vgg19-dcbb9e9d.pth");            // of https://download.pytorch.org/models
    var features = Files.exists(weights) ? StyleFeatures.vgg19(weights) : StyleFeatures.small();
    var transfer = new StyleTransfer(features, o -> o.steps(STEPS).report(50, IO::println));
    var result = transfer.apply(content, style);
    Images.write(Path.of("neural-style.png"), result);
    IO.println("neural-style.png " + result.shape());       //> neural-style.png [3, 300, 450]
}
