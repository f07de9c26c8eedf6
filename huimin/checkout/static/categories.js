// @ts-check
// The categories of goods and how they are spelt: the server's own list (core/categories.py).
// Written by python -m huimin.checkout.till_categories; don't edit it by hand.

/** @type {Record<string, string>} each code, with how it is spelt: without case, width and signs */
export const SPELLED = {
  food:
    "food 食品 foods groceries grocery snack snacks 食物 副食 主食 粮油 米面 米面粮油 调料 调味品 零食 休闲食品 包装食品 乳制品 奶制品 冷冻食品 熟食 糕点",
  fresh:
    "fresh 生鲜果蔬 freshfood produce vegetables vegetable fruit fruits meat seafood 生鲜 蔬菜 水果 果蔬 肉类 鲜肉 肉禽 禽蛋 鸡蛋 水产 海鲜",
  drink: "drink 饮料 drinks beverage beverages softdrink softdrinks 饮品 饮用水 茶饮 软饮料 飲料",
  household:
    "household 日用百货 householdgoods homecare daily dailygoods dailynecessities cleaning 日用品 百货 日用 日化 清洁用品 家庭清洁 纸品 厨房用品",
  personal_care: "personalcare 个人护理 personal care cosmetics 洗护 洗护用品 个护 化妆品 护肤品 美妆 卫生用品",
  baby: "baby 母婴用品 babygoods motherbaby infant 母婴 婴儿用品 奶粉 纸尿裤 婴幼儿用品",
  clothing: "clothing 服装鞋帽 clothes apparel shoes textile textiles 服装 衣服 服饰 鞋帽 鞋 纺织品 校服",
  stationery: "stationery 文具 officesupplies schoolsupplies 办公用品 学习用品 文化用品",
  book: "book 图书 books 书 书籍 图书音像 教材 教辅",
  appliance: "appliance 家用电器 appliances homeappliance homeappliances 家电 电器 小家电",
  electronics: "electronics 数码产品 electronic digital 数码 电子产品 手机 电脑",
  furniture: "furniture 家具家居 home homeware hardware 家具 家居 家居用品 五金 建材",
  medicine: "medicine 药品 medicines drug drugs pharmacy otc 药 西药 中药 中成药 饮片 处方药 非处方药",
  device: "device 医疗器械 devices medicaldevice medicaldevices medicalsupplies 器械 医疗用品 医用耗材",
  medical_service:
    "medicalservice 诊疗服务 medical medicalservices treatment examination 诊疗 医疗服务 检查费 检查 化验 治疗费 治疗 挂号 挂号费 诊查费 床位费 住院费 手术费 护理费",
  health_food: "healthfood 保健食品 healthfoods supplement supplements healthproducts 保健品 营养品 滋补品",
  glasses: "glasses 眼镜 optics eyewear lens lenses 镜片 镜架 眼镜片 光学",
  farm: "farm 农资 agricultural seed seeds fertilizer pesticide 农资农具 种子 化肥 肥料 农药 农具 饲料",
  service: "service 服务 services repair 服务费 维修 理发 家政 快递 餐饮 餐饮服务",
  other: "other 其他 others misc miscellaneous 其它 杂项 其他商品",
  tobacco:
    "tobacco 香烟 cigarette cigarettes cigar cigars ecigarette ecigarettes vape smoking 烟 卷烟 烟草 烟草制品 烟类 电子烟 雪茄 香煙 菸 菸草 煙 煙草",
  alcohol:
    "alcohol 酒 liquor liquors wine wines beer beers spirits alcoholic alcoholicdrink alcoholicbeverage alcoholicbeverages 酒类 酒水 白酒 啤酒 红酒 葡萄酒 黄酒 洋酒 药酒 酒精饮料 酒類",
  prepaid_card:
    "prepaidcard 购物卡和充值卡 prepaid prepaidcards giftcard giftcards shoppingcard topup recharge voucher vouchers 购物卡 充值卡 储值卡 预付卡 礼品卡 充值 话费 话费充值 饭卡充值 代金券 購物卡 儲值卡 預付卡",
  lottery: "lottery 彩票 lotteries 福利彩票 体育彩票 福彩 体彩",
  jewelry: "jewelry 金银珠宝 jewellery gold 珠宝 首饰 黄金 金银首饰 金银 贵金属",
};
