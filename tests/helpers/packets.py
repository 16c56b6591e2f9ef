"""Packets of XMP as photo programs write them, each in its own spelling of RDF, all of two people in one picture.

Alice's box is 0.10 0.20 0.30 0.50 of the picture as it is stored, Bob's 0.60 0.10 0.80 0.40; see BOXES. `w` and `h`:
the size they say they were drawn on.
"""

BOXES = {"Alice": (0.1, 0.2, 0.3, 0.5), "Bob": (0.6, 0.1, 0.8, 0.4)}

_RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
_MWG = (
    'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"'
    ' xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"'
)
_MP = (
    'xmlns:MP="http://ns.microsoft.com/photo/1.2/" xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"'
    ' xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"'
)
_EXT = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'


def packet(*descriptions: str, attributes: str = "") -> bytes:
    """Wrap the contents of descriptions, one rdf:Description each."""
    inner = "".join(f'<rdf:Description rdf:about="" {attributes}>{text}</rdf:Description>' for text in descriptions)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {_RDF}>{inner}</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
    ).encode()


def digikam(w: int, h: int) -> bytes:
    """Regions as resources, Microsoft's beside them, keywords as paths; written by Adobe's toolkit through exiv2."""
    return packet(
        f"""<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>
         <rdf:li MPReg:Rectangle="0.1, 0.2, 0.2, 0.3" MPReg:PersonDisplayName="Alice"/>
         <rdf:li MPReg:Rectangle="0.6, 0.1, 0.2, 0.3" MPReg:PersonDisplayName="Bob"/>
        </rdf:Bag></MPRI:Regions></MP:RegionInfo>
        <mwg-rs:Regions rdf:parseType="Resource">
         <mwg-rs:AppliedToDimensions stDim:w="{w}" stDim:h="{h}" stDim:unit="pixel"/>
         <mwg-rs:RegionList><rdf:Bag>
          <rdf:li><rdf:Description mwg-rs:Name="Alice" mwg-rs:Type="Face">
           <mwg-rs:Area stArea:x="0.2" stArea:y="0.35" stArea:w="0.2" stArea:h="0.3" stArea:unit="normalized"/>
          </rdf:Description></rdf:li>
          <rdf:li><rdf:Description mwg-rs:Name="Bob" mwg-rs:Type="Face">
           <mwg-rs:Area stArea:x="0.7" stArea:y="0.25" stArea:w="0.2" stArea:h="0.3" stArea:unit="normalized"/>
          </rdf:Description></rdf:li>
         </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
        <digiKam:TagsList><rdf:Seq><rdf:li>People/Alice</rdf:li><rdf:li>People/Bob</rdf:li></rdf:Seq></digiKam:TagsList>
        """,
        attributes=f'{_MWG} {_MP} xmlns:digiKam="http://www.digikam.org/ns/1.0/"',
    )


def lightroom(w: int, h: int) -> bytes:
    """Attributes wherever they can be, a rotation that the guidelines do not know, develop settings around it."""
    return packet(
        f"""<mwg-rs:Regions rdf:parseType="Resource">
         <mwg-rs:AppliedToDimensions stDim:w="{w}" stDim:h="{h}" stDim:unit="pixel"/>
         <mwg-rs:RegionList><rdf:Bag>
          <rdf:li><rdf:Description mwg-rs:Rotation="0.12" mwg-rs:Name="Alice" mwg-rs:Type="Face">
           <mwg-rs:Area stArea:h="0.3" stArea:w="0.2" stArea:x="0.2" stArea:y="0.35"/></rdf:Description></rdf:li>
          <rdf:li><rdf:Description mwg-rs:Rotation="-0.1" mwg-rs:Name="Bob" mwg-rs:Type="Face">
           <mwg-rs:Area stArea:h="0.3" stArea:w="0.2" stArea:x="0.7" stArea:y="0.25"/></rdf:Description></rdf:li>
         </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
        <crs:ToneCurvePV2012><rdf:Seq><rdf:li>0, 0</rdf:li><rdf:li>255, 255</rdf:li></rdf:Seq></crs:ToneCurvePV2012>
        <lr:hierarchicalSubject><rdf:Bag><rdf:li>People|Alice</rdf:li><rdf:li>Places|Paris</rdf:li></rdf:Bag>
        </lr:hierarchicalSubject>""",
        attributes=f'{_MWG} xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.35"'
        ' xmlns:lr="http://ns.adobe.com/lightroom/1.0/"',
    )


def picasa(w: int, h: int) -> bytes:
    """Elements all through, a region that is nobody's yet, and one of a focus point."""

    def region(name: str, kind: str, x: float, y: float) -> str:
        return f"""<rdf:li rdf:parseType="Resource"><mwg-rs:Type>{kind}</mwg-rs:Type>{name}
         <mwg-rs:Area rdf:parseType="Resource"><stArea:x>{x}</stArea:x><stArea:y>{y}</stArea:y>
         <stArea:w>0.2</stArea:w><stArea:h>0.3</stArea:h><stArea:unit>normalized</stArea:unit></mwg-rs:Area></rdf:li>"""

    return packet(
        f"""<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions rdf:parseType="Resource">
         <stDim:w>{w}</stDim:w><stDim:h>{h}</stDim:h><stDim:unit>pixel</stDim:unit></mwg-rs:AppliedToDimensions>
         <mwg-rs:RegionList><rdf:Bag>{region("<mwg-rs:Name>Alice</mwg-rs:Name>", "Face", 0.2, 0.35)}
         {region("<mwg-rs:Name>Bob</mwg-rs:Name>", "Face", 0.7, 0.25)}{region("", "Face", 0.5, 0.8)}
         {region("<mwg-rs:Name>ffffffffffffffff</mwg-rs:Name>", "Face", 0.2, 0.8)}
         {region("<mwg-rs:Name>Centre</mwg-rs:Name>", "Focus", 0.5, 0.5)}
         </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>""",
        attributes=_MWG,
    )


def windows(w: int, h: int) -> bytes:
    """What Windows Photo Gallery writes: its own regions alone, with e-mail digests, one person without a place."""
    return packet(
        """<MP:RegionInfo><rdf:Description><MPRI:Regions><rdf:Bag>
         <rdf:li><rdf:Description><MPReg:PersonDisplayName>Alice</MPReg:PersonDisplayName>
          <MPReg:Rectangle>0.1,0.2,0.2,0.3</MPReg:Rectangle><MPReg:PersonEmailDigest>AB</MPReg:PersonEmailDigest>
         </rdf:Description></rdf:li>
         <rdf:li><rdf:Description MPReg:PersonDisplayName="Bob" MPReg:Rectangle="0.6, 0.1, 0.2, 0.3"/></rdf:li>
        </rdf:Bag></MPRI:Regions></rdf:Description></MP:RegionInfo>""",
        attributes=_MP,
    )


def apple(w: int, h: int) -> bytes:
    """What Photos and iPhones write: extensions of their own inside each region, in a list that is a Seq."""
    return packet(
        f"""<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions rdf:parseType="Resource">
         <stDim:h>{h}</stDim:h><stDim:w>{w}</stDim:w><stDim:unit>pixel</stDim:unit></mwg-rs:AppliedToDimensions>
         <mwg-rs:RegionList><rdf:Seq>
          <rdf:li rdf:parseType="Resource"><mwg-rs:Area rdf:parseType="Resource">
           <stArea:y>0.34999999</stArea:y><stArea:w>0.20000000298</stArea:w><stArea:x>0.2</stArea:x>
           <stArea:h>0.3</stArea:h><stArea:unit>normalized</stArea:unit></mwg-rs:Area><mwg-rs:Type>Face</mwg-rs:Type>
           <mwg-rs:Name>Alice</mwg-rs:Name><mwg-rs:Extensions rdf:parseType="Resource">
           <apple-fi:AngleInfoYaw>0</apple-fi:AngleInfoYaw><apple-fi:FaceID>7</apple-fi:FaceID></mwg-rs:Extensions>
          </rdf:li>
          <rdf:li rdf:parseType="Resource"><mwg-rs:Area rdf:parseType="Resource">
           <stArea:y>0.25</stArea:y><stArea:w>0.2</stArea:w><stArea:x>0.7</stArea:x><stArea:h>0.3</stArea:h>
           </mwg-rs:Area><mwg-rs:Type>Face</mwg-rs:Type><mwg-rs:Name>Bob</mwg-rs:Name></rdf:li>
         </rdf:Seq></mwg-rs:RegionList></mwg-rs:Regions>""",
        attributes=f'{_MWG} xmlns:apple-fi="http://ns.apple.com/faceinfo/1.0/"',
    )


def acdsee(w: int, h: int) -> bytes:
    """ACDSee's regions: like the working group's, in namespaces of its own; a proposal that was denied is nobody."""

    def region(name: str, how: str, x: float, y: float) -> str:
        return f"""<rdf:li><rdf:Description acdsee-rs:Type="Face" acdsee-rs:Name="{name}"
          acdsee-rs:NameAssignType="{how}">
         <acdsee-rs:DLYArea a:x="{x}" a:y="{y}" a:w="0.2" a:h="0.3"/></rdf:Description></rdf:li>"""

    return packet(
        f"""<acdsee-rs:Regions rdf:parseType="Resource"><acdsee-rs:AppliedToDimensions d:w="{w}" d:h="{h}"/>
         <acdsee-rs:RegionList><rdf:Bag>{region("Alice", "manual", 0.2, 0.35)}{region("Bob", "auto", 0.7, 0.25)}
         {region("Carl", "denied", 0.5, 0.5)}</rdf:Bag></acdsee-rs:RegionList></acdsee-rs:Regions>""",
        attributes='xmlns:acdsee-rs="http://ns.acdsee.com/regions/" xmlns:a="http://ns.acdsee.com/sType/Area#"'
        ' xmlns:d="http://ns.acdsee.com/sType/Dimensions#"',
    )


def iptc(w: int, h: int) -> bytes:
    """The IPTC's regions: a rectangle in shares, a polygon in pixels, and a crop that is nobody."""
    corners = "".join(
        f'<rdf:li Iptc4xmpExt:rbX="{x * w}" Iptc4xmpExt:rbY="{y * h}"/>'
        for x, y in ((0.6, 0.2), (0.7, 0.1), (0.8, 0.4))
    )
    human = (
        "<Iptc4xmpExt:RCtype><rdf:Bag><rdf:li rdf:parseType='Resource'><xmp:Identifier>"
        "http://cv.iptc.org/newscodes/imageregiontype/human</xmp:Identifier></rdf:li></rdf:Bag></Iptc4xmpExt:RCtype>"
    )
    return packet(
        f"""<Iptc4xmpExt:ImageRegion><rdf:Bag>
         <rdf:li rdf:parseType="Resource">{human}<Iptc4xmpExt:Name><rdf:Alt><rdf:li xml:lang="x-default">Alice</rdf:li>
          </rdf:Alt></Iptc4xmpExt:Name><Iptc4xmpExt:RegionBoundary rdf:parseType="Resource">
          <Iptc4xmpExt:rbShape>rectangle</Iptc4xmpExt:rbShape><Iptc4xmpExt:rbUnit>relative</Iptc4xmpExt:rbUnit>
          <Iptc4xmpExt:rbX>0.1</Iptc4xmpExt:rbX><Iptc4xmpExt:rbY>0.2</Iptc4xmpExt:rbY>
          <Iptc4xmpExt:rbW>0.2</Iptc4xmpExt:rbW><Iptc4xmpExt:rbH>0.3</Iptc4xmpExt:rbH></Iptc4xmpExt:RegionBoundary></rdf:li>
         <rdf:li rdf:parseType="Resource"><Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>Bob</rdf:li></rdf:Bag>
          </Iptc4xmpExt:PersonInImage><Iptc4xmpExt:RegionBoundary Iptc4xmpExt:rbShape="polygon"
           Iptc4xmpExt:rbUnit="pixel"><Iptc4xmpExt:rbVertices><rdf:Seq>{corners}</rdf:Seq></Iptc4xmpExt:rbVertices>
          </Iptc4xmpExt:RegionBoundary></rdf:li>
         <rdf:li rdf:parseType="Resource"><Iptc4xmpExt:Name>4:3 crop</Iptc4xmpExt:Name>
          <Iptc4xmpExt:RegionBoundary Iptc4xmpExt:rbShape="rectangle" Iptc4xmpExt:rbX="0" Iptc4xmpExt:rbY="0"
           Iptc4xmpExt:rbW="0.5" Iptc4xmpExt:rbH="1" Iptc4xmpExt:rbUnit="relative"/></rdf:li>
        </rdf:Bag></Iptc4xmpExt:ImageRegion>""",
        attributes=f'{_EXT} xmlns:xmp="http://ns.adobe.com/xap/1.0/"',
    )


STYLES = {
    "digikam": digikam,
    "lightroom": lightroom,
    "picasa": picasa,
    "windows": windows,
    "apple": apple,
    "acdsee": acdsee,
    "iptc": iptc,
}
