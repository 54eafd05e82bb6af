package fathom.vision.detection.models;

import java.util.ArrayList;
import java.util.List;

/** The categories of COCO by their identifiers from 1 to 90, some of which have none. */
final class CocoClasses {
    private static final String NAMES =
            """
            person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, -, stop sign,
            parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, -, backpack, umbrella,
            -, -, handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove,
            skateboard, surfboard, tennis racket, bottle, -, wine glass, cup, fork, knife, spoon, bowl, banana, apple,
            sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, -,
            dining table, -, -, toilet, -, tv, laptop, mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink,
            refrigerator, -, book, clock, vase, scissors, teddy bear, hair drier, toothbrush\
            """;

    private CocoClasses() {}

    /** {@return 90 names; those of unused identifiers are {@code N/A 12} and so on} */
    static List<String> names() {
        var names = new ArrayList<String>();
        for (String name : NAMES.split(",\\s+", -1)) {
            names.add(name.equals("-") ? "N/A " + (names.size() + 1) : name);
        }
        return names;
    }
}
