import module fathom;
import static fathom.Tensors.*;

/** The course's section 13.9, Semantic Segmentation and the Dataset: photographs whose pixels are labelled with classes. */
static final int BATCH = 64, SHOWN = 5;

void main() throws IOException {
    // images smaller than the crop are left out; image and labels are cropped at the same random place
    var voc = Voc2012.load(o -> o.crop(320, 480));
    IO.println("read %d examples".formatted(voc.train().size()));   //> read 1114 examples
    IO.println("read %d examples".formatted(voc.test().size()));    //> read 1078 examples

    // label pictures have a colour per class; as numbers, the colours are the bits of the class
    for (int label = 0; label < 4; label++) {
        IO.println("%s #%06X".formatted(Voc2012.classNames().get(label), Voc2012.color(label)));
    }
    //> background #000000
    //> aeroplane #800000
    //> bicycle #008000
    //> bird #808000
    var labels = tensor(new long[][] {{0, 1, 1}, {15, 1, 20}});
    IO.println(Voc2012.labels(Voc2012.picture(labels)));
    //> tensor([[ 0,  1,  1],
    //>         [15,  1, 20]])

    // images above their label pictures
    var pictures = new ArrayList<Tensor>();
    for (int i = 0; i < SHOWN; i++) {
        pictures.add(Voc2012.image(voc.train().get(i).x()));
    }
    for (int i = 0; i < SHOWN; i++) {
        pictures.add(Voc2012.picture(voc.train().get(i).y()));
    }
    Plot.images(pictures, o -> o.columns(SHOWN).cell(200)).save(Path.of("voc.png"));
    IO.println("voc.png");                                          //> voc.png

    for (var batch : DataLoader.of(voc.train(), BATCH).shuffle(true).dropLast(true)) {
        IO.println(batch.x().shape());                              //> [64, 3, 320, 480]
        IO.println(batch.y().shape());                              //> [64, 320, 480]
        break;
    }
}
